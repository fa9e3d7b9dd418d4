/** User pools, the programs that use them, their users and groups. */
import type { UserPoolDescriptionType } from "@aws-sdk/client-cognito-identity-provider";
import type { ServiceResources } from "../resourceType.ts";
import { poolTypes } from "./pools.ts";
import { userTypes } from "./users.ts";

export const cognitoResources: ServiceResources = (cloud) => {
  const call = <Answer = unknown>(operation: string, input: object) =>
    cloud.call<Answer>("cognito-idp", operation, input);
  return {
    types: [...poolTypes(cloud, call), ...userTypes(call)],
    invokes: {
      "aws:cognito/getUserPools:getUserPools": async ({ name }) => {
        type Answer = { UserPools: UserPoolDescriptionType[] };
        const { UserPools } = await call<Answer>("ListUserPools", { MaxResults: 60 });
        const ids = UserPools.filter(({ Name }) => Name === name).map(({ Id }) => Id);
        const arn = (id: unknown) => `arn:aws:cognito-idp:${cloud.region}:${cloud.accountId}:userpool/${id}`;
        return { id: name, name, ids, arns: ids.map(arn), region: cloud.region };
      },
    },
  };
};
