import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** An image that the service's options run. */
export const image = "000000000000.dkr.ecr.us-east-1.amazonaws.com/fixture:1";

/** Options of the service: images of that name are a process of Node. */
export const sagemaker = {
  images: { "*/fixture*": ["node", join(import.meta.dirname, "../../fixtures/container.mjs")] },
};

/** What the role of a job or model needs. */
export const rights = [
  { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::work/*" },
  { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::work" },
  {
    Effect: "Allow",
    Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: "arn:aws:logs:*:*:log-group:/aws/sagemaker/*",
  },
];

/** Looks until what it finds is no longer busy. */
export async function settled<T extends object>(look: () => Promise<T>, busy: (found: T) => boolean): Promise<T> {
  for (;;) {
    const found = await look();
    if (!busy(found)) return found;
    await sleep(30);
  }
}
