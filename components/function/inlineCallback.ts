import { createHash } from "node:crypto";
import type { AssetArchive } from "@pulumi/pulumi/asset";
import { serializeFunction } from "@pulumi/pulumi/runtime";
import type { Context } from "aws-lambda";
import { lateError } from "../validation.ts";
import { bundle } from "./bundle.ts";
import { keep } from "./cache.ts";

/**
 * A handler written beside the resources that it uses. What it captures is serialised by Pulumi, what it imports is
 * bundled; a captured secret is refused.
 * https://www.pulumi.com/docs/iac/concepts/functions/function-serialization/
 */
// biome-ignore lint/suspicious/noExplicitAny: an event's shape is the caller's to say.
export type InlineCallback = (event: any, context: Context) => Promise<unknown>;

/**
 * The deployment package of an inline callback. Pulumi's own packs every entry of `dependencies`; here the serialised
 * text is an entry point like any other, so that the package holds only what the callback requires.
 * @throws {RunError} what Pulumi says of the callback, or esbuild of what it imports.
 */
export async function bundleCallback(callback: InlineCallback): Promise<AssetArchive> {
  const { text } = await serializeFunction(callback, { exportName: "handler" }).catch((error: Error) => {
    throw lateError(`a callback could not be serialized: ${error.message}`);
  });
  const name = createHash("sha256").update(text).digest("hex").slice(0, 32);
  const folder = keep("callbacks", name, () => [{ name: "callback.cjs", contents: Buffer.from(text) }]);
  return bundle(`${folder}/callback.cjs`);
}
