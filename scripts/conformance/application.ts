import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateApplicationCommand,
  DeleteApplicationCommand,
  EMRServerlessClient,
  GetApplicationCommand,
  ListApplicationsCommand,
  StopApplicationCommand,
} from "@aws-sdk/client-emr-serverless";
import { clientOf, type LocalCloud } from "./cloud.ts";

/** An application for jobs that is there before the stack: providers that stand in for Pulumi's own cannot make one. @returns its ARN. */
export async function makeApplication(cloud: LocalCloud): Promise<string> {
  const client = new EMRServerlessClient(clientOf(cloud));
  const { arn = "" } = await client.send(
    new CreateApplicationCommand({
      name: "conformance",
      releaseLabel: "emr-7.5.0",
      type: "spark",
      architecture: "ARM64",
    }),
  );
  return arn;
}

/** Stops and deletes it, and with it its runs. */
export async function dropApplications(cloud: LocalCloud): Promise<void> {
  const client = new EMRServerlessClient(clientOf(cloud));
  const { applications = [] } = await client.send(
    new ListApplicationsCommand({ states: ["CREATED", "STARTED", "STOPPED"] }),
  );
  for (const { id: applicationId } of applications) {
    await client.send(new StopApplicationCommand({ applicationId }));
    const state = async () => (await client.send(new GetApplicationCommand({ applicationId }))).application?.state;
    while (!["CREATED", "STOPPED"].includes((await state()) ?? "")) await sleep(200);
    await client.send(new DeleteApplicationCommand({ applicationId }));
  }
}
