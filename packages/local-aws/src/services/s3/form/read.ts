/** A form as a browser sends it: fields, and one file. */
import type { RawRequest } from "../../../http/raw.ts";
import { AwsError } from "../../../service.ts";
import { invalidArgument } from "../errors.ts";
import { Incoming } from "../incoming.ts";

/** Largest form, in bytes: it is held in memory. Larger uploads take presigned URLs. */
const maxForm = 256 * 1024 ** 2;

export interface Form {
  /** Those before the file, by their names in lower case; later ones are ignored, as on S3. */
  fields: Map<string, string>;
  file: Buffer;
  /** Absent where it is sent as a plain field. */
  fileName?: string;
}

const malformed = () =>
  new AwsError("MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.", 400);
const tooLarge = () =>
  new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, {
    MaxSizeAllowed: maxForm,
  });

export async function readForm({ headers, body }: RawRequest): Promise<Form> {
  const type = headers["content-type"] ?? "";
  if (!type.startsWith("multipart/form-data")) {
    const message = "Bucket POST must be of the enclosure-type multipart/form-data";
    throw new AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412, {
      Condition: message,
    });
  }
  const bytes = await new Incoming(body, headers).collect(maxForm, tooLarge);
  const data = await new Response(new Uint8Array(bytes), { headers: { "content-type": type } }).formData().catch(() => {
    throw malformed();
  });
  const fields = new Map<string, string>();
  for (const [name, value] of data) {
    if (name.toLowerCase() !== "file") {
      if (typeof value === "string") fields.set(name.toLowerCase(), value);
      continue;
    }
    if (typeof value === "string") return { fields, file: Buffer.from(value) };
    return { fields, file: Buffer.from(await value.arrayBuffer()), fileName: value.name };
  }
  throw invalidArgument("POST requires exactly one file upload per request.", "file", "0");
}

/** A field that a form must have. @throws AwsError `InvalidArgument` */
export function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name.toLowerCase());
  if (value) return value;
  const message = `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`;
  throw invalidArgument(message, name, "");
}
