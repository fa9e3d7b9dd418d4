/** The two places that rely on non-public parts of the SDK. A test fails when a release changes them. */
import type { JsonCodec } from "@smithy/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";

/** A structure's schema lists its required members first, and ends with their number. */
export const requiredMembers = (schema: NormalizedSchema): number =>
  ((schema.getSchema() as unknown as unknown[])[6] as number | undefined) ?? 0;

/** Reads JSON that is already parsed: the codec's public `read` is asynchronous, for streams. */
export const readParsed = (codec: JsonCodec, schema: NormalizedSchema, value: unknown): unknown =>
  (codec.createDeserializer() as unknown as Reader).readObject(schema, value);

interface Reader {
  readObject(schema: NormalizedSchema, value: unknown): unknown;
}
