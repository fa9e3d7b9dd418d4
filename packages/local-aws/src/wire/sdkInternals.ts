/** The two places where the SDK says something by no public name. A test says so when a release of it no longer does. */
import type { JsonCodec } from "@smithy/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";

/** A structure's schema lists its required members first, and says last how many they are. */
export const requiredMembers = (schema: NormalizedSchema): number =>
  ((schema.getSchema() as unknown as unknown[])[6] as number | undefined) ?? 0;

/** Reads JSON that is parsed already: the codec's public `read` is asynchronous, for streams. */
export const readParsed = (codec: JsonCodec, schema: NormalizedSchema, value: unknown): unknown =>
  (codec.createDeserializer() as unknown as Reader).readObject(schema, value);

interface Reader {
  readObject(schema: NormalizedSchema, value: unknown): unknown;
}
