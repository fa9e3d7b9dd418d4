import type { Place, Statement } from "./place.ts";
import { readActions } from "./readActions.ts";

/** What a preview reads of the program's resources: nothing that is a user's. */
export function readStatements({ account, region }: Pick<Place, "account" | "region">): Statement[] {
  const actions = [...new Set(Object.values(readActions).flat())].sort();
  // What is not of the region, or more than the region's facts, is granted by its resource.
  const scopes: [prefix: string, resources: string[]][] = [
    ["apigateway:", [`arn:aws:apigateway:${region}::/restapis`, `arn:aws:apigateway:${region}::/restapis/*`]],
    ["iam:", [`arn:aws:iam::${account}:role/*`]],
    // Budgets are of no region.
    ["budgets:", [`arn:aws:budgets::${account}:budget/*`]],
    // Of all that buckets and parameters hold, what the program itself puts there.
    ["s3:GetObject", ["arn:aws:s3:::*-models-*/*", "arn:aws:s3:::*-data-*/scripts/*"]],
    ["ssm:GetParameter", [`arn:aws:ssm:${region}:${account}:parameter/setup/*`]],
  ];
  const scoped = ([prefix]: (typeof scopes)[number]) => actions.filter((action) => action.startsWith(prefix));
  const regional = actions.filter((action) => !scopes.some(([prefix]) => action.startsWith(prefix)));
  return [
    {
      Effect: "Allow",
      Action: regional,
      Resource: "*",
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    ...scopes.map((scope): Statement => ({ Effect: "Allow", Action: scoped(scope), Resource: scope[1] })),
  ];
}
