/**
 * Uploads by HTML forms. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 */
import type { IncomingHttpHeaders } from "node:http";
import type { Directory } from "../../../authorization/directory.ts";
import { authenticateForm } from "../../../front/formSignature.ts";
import type { RawRequest, RawResponse } from "../../../http/raw.ts";
import type { Call, Operation } from "../../../service.ts";
import type { ServiceShapes } from "../../../wire/index.ts";
import { readBindings } from "../../../wire/rest.ts";
import { escapeXml, readXml } from "../../../wire/xml.ts";
import type { S3State } from "../state.ts";
import { checkPolicy } from "./policy.ts";
import { readForm, required } from "./read.ts";

/** @param put PutObject, which does the rest. */
export async function postObject(
  s3: S3State,
  shapes: ServiceShapes,
  { raw, bucket, directory, put }: { raw: RawRequest; bucket: string; directory: Directory; put: Operation },
  call: Call,
): Promise<RawResponse> {
  s3.bucket({ Bucket: bucket });
  const { fields, file, fileName } = await readForm(raw);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the variable of forms is written like this.
  const variable = "${filename}";
  const key = required(fields, "key").replaceAll(variable, fileName ?? variable);
  fields.set("bucket", bucket);
  const as = signer(s3, directory, fields, call);
  const asked: Call = { ...call, operation: "PostObject", principal: as };
  if (fields.has("policy")) checkPolicy(fields.get("policy") as string, fields, file.length);
  const shape = shapes.operations.get("PutObject");
  const input: Record<string, unknown> = { Body: file };
  if (shape) {
    const request = { method: "PUT", path: "/", query: new URLSearchParams(), headers: headersOf(fields), body: file };
    Object.assign(input, readBindings(shape, request, { Bucket: bucket, Key: key }).input);
    const tagging = fields.get("tagging");
    const schema = shapes.operations.get("PutObjectTagging")?.input.getMemberSchema("Tagging");
    if (tagging !== undefined && schema) input.Tagging = asHeader(readXml(schema, Buffer.from(tagging)));
  }
  await s3.cloud.authorize(asked, await put.access(input, asked));
  const { ETag } = (await s3.cloud.faults.around(asked, () => put.run(input, asked))) as { ETag: string };
  return answer(s3, fields, { bucket, key, etag: ETag });
}

function signer(s3: S3State, directory: Directory, fields: ReadonlyMap<string, string>, call: Call) {
  if (!fields.has("policy")) return call.principal;
  required(fields, fields.has("awsaccesskeyid") ? "Signature" : "X-Amz-Signature");
  return authenticateForm({ directory, accountId: s3.cloud.accountId }, fields);
}

/** Fields have the names of the headers of PutObject; only the access control list has a shorter one. */
function headersOf(fields: ReadonlyMap<string, string>): IncomingHttpHeaders {
  const { acl, ...headers } = Object.fromEntries(fields);
  return { ...headers, ...(acl !== undefined && { "x-amz-acl": acl }) };
}

/** Tags as the header of PutObject has them. */
function asHeader(tagging: unknown): string {
  const { TagSet = [] } = (tagging ?? {}) as { TagSet?: { Key?: string; Value?: string }[] };
  return new URLSearchParams(TagSet.map(({ Key = "", Value = "" }): [string, string] => [Key, Value])).toString();
}

function answer(
  { cloud }: S3State,
  fields: ReadonlyMap<string, string>,
  { bucket, key, etag }: { bucket: string; key: string; etag: string },
): RawResponse {
  const location = `${cloud.origin}/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`;
  const headers = { etag, location };
  const redirect = fields.get("success_action_redirect") ?? fields.get("redirect");
  if (redirect !== undefined && URL.canParse(redirect)) {
    const to = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) to.searchParams.append(name, value);
    return { status: 303, headers: { ...headers, location: to.href } };
  }
  const status = fields.get("success_action_status");
  if (status === "201") {
    const members = { Location: location, Bucket: bucket, Key: key, ETag: etag };
    const xml = Object.entries(members).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${xml.join("")}</PostResponse>`;
    return { status: 201, headers: { ...headers, "content-type": "application/xml" }, body };
  }
  return { status: status === "200" ? 200 : 204, headers };
}
