import { ECR, type ImageIdentifier } from "@aws-sdk/client-ecr";
import type { Phase } from "./phase.ts";
import { type Doomed, ofType } from "./stack.ts";

const repositoriesOf = (stack: Doomed): string[] => ofType(stack, "aws:ecr/repository:Repository").map(({ id }) => id);

async function images(client: ECR, repositoryName: string): Promise<ImageIdentifier[]> {
  try {
    // At most 100, as many as one call deletes.
    return (await client.listImages({ repositoryName, maxResults: 100 })).imageIds ?? [];
  } catch (error) {
    if ((error as Error).name === "RepositoryNotFoundException") return [];
    throw error;
  }
}

/** A repository with images is not deleted. */
export const repositories: Phase = {
  name: "empty repositories",
  async look(stack) {
    const client = new ECR(stack.client);
    const found = await Promise.all(
      repositoriesOf(stack).map(async (name) => ({ name, count: (await images(client, name)).length })),
    );
    return found.filter(({ count }) => count > 0).map(({ name, count }) => `${name}: ${count} images`);
  },
  async run(stack) {
    const client = new ECR(stack.client);
    for (const repositoryName of repositoriesOf(stack)) {
      for (let imageIds = await images(client, repositoryName); imageIds.length > 0; ) {
        // By digest: an image goes with all its tags.
        const digests = [...new Set(imageIds.map(({ imageDigest }) => imageDigest))];
        await client.batchDeleteImage({ repositoryName, imageIds: digests.map((imageDigest) => ({ imageDigest })) });
        imageIds = await images(client, repositoryName);
      }
    }
  },
};
