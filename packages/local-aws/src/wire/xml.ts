/** XML by schema, for `awsQuery` answers and `restXml`. */
import { XmlShapeDeserializer, XmlShapeSerializer } from "@aws-sdk/core/protocols";
import type { NormalizedSchema } from "@smithy/core/schema";
import { AwsError } from "../service.ts";

/** @param httpBindings whether members may be elsewhere than in the XML: only in `restXml`. */
const settings = (httpBindings: boolean, xmlNamespace?: string) => ({
  timestampFormat: { useTrait: true, default: 5 as const },
  httpBindings,
  xmlNamespace: xmlNamespace ?? "",
  serviceNamespace: "",
});

export function writeXml(
  schema: NormalizedSchema,
  value: unknown,
  httpBindings: boolean,
  xmlNamespace?: string,
): string {
  const serializer = new XmlShapeSerializer(settings(httpBindings, xmlNamespace));
  serializer.write(schema, value);
  return serializer.flush() as string;
}

/** Only what is within the outermost element. */
export function writeXmlMembers(schema: NormalizedSchema, value: unknown): string {
  if (!schema.isStructSchema()) return "";
  const text = writeXml(schema, value, false);
  return /^<[^>]*\/>$/.test(text) ? "" : text.replace(/^<[^>]*>/, "").replace(/<\/[^>]*>$/, "");
}

/** @throws AwsError `MalformedXML` */
export function readXml(schema: NormalizedSchema, body: Buffer): unknown {
  try {
    return new XmlShapeDeserializer(settings(true)).read(schema, body);
  } catch {
    const message = "The XML you provided was not well-formed or did not validate against our published schema";
    throw new AwsError("MalformedXML", message, 400);
  }
}

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
