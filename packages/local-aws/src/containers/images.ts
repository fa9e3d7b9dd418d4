import { matchesGlob } from "node:path";

/**
 * What a container image is on this machine: a command that runs the same entry points, by a pattern of the image's URI,
 * as `{"*\/recommender*": ["node", "containers/recommender/main.ts"]}`. SageMaker adds `train` or `serve` as its argument.
 */
export type Images = Record<string, string[]>;

/** @returns undefined for an image that no pattern matches. */
export function commandOf(images: Images, uri: string): string[] | undefined {
  // A registry's host, path and tag are one text here: `*` stands for any of it.
  const flat = (text: string) => text.replaceAll("/", ":");
  return Object.entries(images).find(([pattern]) => matchesGlob(flat(uri), flat(pattern)))?.[1];
}

export const unknownImage = (uri: string): string =>
  `The image ${uri} cannot run on this machine: no command is configured for it (images in local.config.ts)`;
