/** Functions that look repositories and images up, and sign in to the registry. */
import type { ImageDetail } from "@aws-sdk/client-ecr";
import type { Cloud } from "local-aws/service";
import type { Invoke, Properties } from "../../engine/provider.ts";
import { timeOf } from "../time.ts";
import { describeRepository } from "./repositories.ts";

export function ecrFunctions(cloud: Cloud): Record<string, Invoke> {
  const { region } = cloud;
  const ecr = <Answer>(operation: string, input: object) => cloud.call<Answer>("ecr", operation, input);
  const imagesOf = async (input: object): Promise<ImageDetail[]> =>
    (await ecr<{ imageDetails: ImageDetail[] }>("DescribeImages", input)).imageDetails.toSorted(
      (one, other) => Number(other.imagePushedAt) - Number(one.imagePushedAt),
    );
  const token = async (): Promise<Properties> => {
    type Answer = { authorizationData: { authorizationToken: string; expiresAt: Date; proxyEndpoint: string }[] };
    const { authorizationData } = await ecr<Answer>("GetAuthorizationToken", {});
    const { authorizationToken, expiresAt, proxyEndpoint } = authorizationData[0]!;
    const [userName, password] = Buffer.from(authorizationToken, "base64").toString().split(":");
    return { authorizationToken, expiresAt: timeOf(expiresAt), proxyEndpoint, userName, password };
  };

  return {
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": async (args) => ({
      ...args,
      id: region,
      region,
      ...(await token()),
    }),
    "aws:ecr/getCredentials:getCredentials": async (args) => ({ ...args, id: region, ...(await token()) }),
    "aws:ecr/getRepository:getRepository": async (args) => {
      const { tagsAll, imageScanningConfiguration, ...found } = await describeRepository(cloud, String(args.name));
      const [newest] = await imagesOf({ repositoryName: args.name });
      return {
        ...found,
        id: args.name,
        region,
        imageTagMutabilityExclusionFilters: found.imageTagMutabilityExclusionFilters ?? [],
        imageScanningConfigurations: [imageScanningConfiguration],
        mostRecentImageTags: newest?.imageTags ?? [],
        tags: tagsAll,
      };
    },
    "aws:ecr/getRepositories:getRepositories": async () => {
      const { repositories } = await ecr<{ repositories: { repositoryName: string }[] }>("DescribeRepositories", {});
      return { id: region, region, names: repositories.map(({ repositoryName }) => repositoryName) };
    },
    "aws:ecr/getImage:getImage": async (args) => {
      const { repositoryName, imageTag, imageDigest, mostRecent } = args;
      const imageIds = imageTag || imageDigest ? [{ imageTag, imageDigest }] : undefined;
      const [found, ...more] = await imagesOf({ repositoryName, imageIds });
      if (!found) throw new Error(`reading ECR Images: no image of ${repositoryName} matches`);
      if (more.length > 0 && !mostRecent) {
        throw new Error(
          "Your query returned more than one result. Please try a more specific search criteria, or set `mostRecent` to true.",
        );
      }
      const url = (await describeRepository(cloud, String(repositoryName))).repositoryUrl;
      return {
        ...args,
        id: found.imageDigest,
        region,
        registryId: found.registryId,
        imageDigest: found.imageDigest,
        imagePushedAt: Math.floor(Number(found.imagePushedAt) / 1000),
        imageSizeInBytes: found.imageSizeInBytes,
        imageTags: found.imageTags ?? [],
        imageUri: `${url}@${found.imageDigest}`,
      };
    },
  };
}
