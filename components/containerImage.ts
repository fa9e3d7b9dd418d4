import { dirname, join, relative } from "node:path";
import { Image, Repository } from "@pulumi/awsx/ecr";
import { interpolate, type Output, type Resource } from "@pulumi/pulumi";
import { root } from "./function/cache.ts";
import type { Statement } from "./function/statement.ts";
import { keepsData } from "./statefulness.ts";

export interface ImageBuild {
  /**
   * Relative to the program.
   * @example "containers/predictor/Dockerfile"
   */
  dockerfile: string;
  /**
   * Folder whose files the Dockerfile may copy, relative to the program.
   * @default the Dockerfile's
   */
  context?: string;
}

/**
 * Builds an image for linux/amd64 and keeps it in a repository of its own, which scans what is pushed. The machine that
 * runs `pulumi up` needs Docker.
 * @returns the image's URI.
 */
export function createContainerImage(name: string, build: ImageBuild, parent?: Resource): Output<string> {
  const { dockerfile, context = dirname(dockerfile) } = build;
  const repository = new Repository(
    name,
    {
      forceDelete: !keepsData(),
      imageScanningConfiguration: { scanOnPush: true },
      // What a task runs, or may be turned back to, stays.
      lifecyclePolicy: { rules: [{ tagStatus: "any", maximumNumberOfImages: 20 }] },
    },
    { parent },
  );
  const image = new Image(
    `${name}-image`,
    {
      repositoryUrl: repository.url,
      context: fromHere(context),
      dockerfile: fromHere(dockerfile),
      platform: "linux/amd64",
    },
    { parent },
  );
  return image.imageUri;
}

/** As the tool that builds looks for it: relative to where the program runs, the same on every machine. */
const fromHere = (path: string): string => relative(process.cwd(), join(root, path)) || ".";

/**
 * What pulling an image needs. An image of another registry than Amazon's needs no grant.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
 */
export const pullStatements = (image: Output<string>): Output<Statement[]> =>
  image.apply((uri) => {
    const [, account, region, repository] =
      /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com\/([^:@]+)/.exec(uri) ?? [];
    if (!repository) return [];
    const pull = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    return [
      // The token is for the whole registry.
      { Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
      {
        Effect: "Allow",
        Action: pull,
        Resource: [interpolate`arn:aws:ecr:${region}:${account}:repository/${repository}`],
      },
    ] satisfies Statement[];
  }) as Output<Statement[]>;
