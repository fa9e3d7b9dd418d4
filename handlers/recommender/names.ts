import { createHash } from "node:crypto";
import { settings } from "./settings.ts";

export const shortHash = (...parts: string[]): string =>
  createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 8);

/** A training's tables. */
export interface Tables {
  input: string;
  output: string;
}

/** A job's name is the batch's and its tables': the same batch again is the same job, and so are equal rows of one. */
export const jobName = (batch: string, { input, output }: Tables): string =>
  `${settings.prefix}${createHash("sha256")
    .update(JSON.stringify([batch, input, output]))
    .digest("hex")
    .slice(0, 16)}`;

export const endpointName = (model: string): string => `${settings.prefix}${model}`;

const says = (error: unknown, what: RegExp): boolean =>
  /^Validation(Exception|Error)$/.test((error as Error).name) && what.test((error as Error).message);

/** Whether SageMaker says by this error that there is no such thing, for which it has no error of its own. */
export const isMissing = (error: unknown): boolean =>
  (error as Error).name === "ResourceNotFound" || says(error, /could not find|does not exist|not found/i);

/** Whether it says that a thing of that name is there already. */
export const isThere = (error: unknown): boolean =>
  (error as Error).name === "ResourceInUse" || says(error, /already exist/i);
