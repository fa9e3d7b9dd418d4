/** What a form's policy allows to be uploaded. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html */
import { parseJson } from "../../../jsonText.ts";
import { AwsError } from "../../../service.ts";

const denied = (why: string) => new AwsError("AccessDenied", `Invalid according to Policy: ${why}`, 403);
const invalid = (why: string) => new AwsError("InvalidPolicyDocument", `Invalid Policy: ${why}`, 400);

/** Fields that a policy need not name. */
const free = /^(policy|x-amz-signature|signature|awsaccesskeyid|file|x-ignore-.*)$/;

type Condition = [operator: string, name: unknown, value: unknown];

/**
 * @param fields by their names in lower case, with the bucket.
 * @param size of the file, in bytes.
 * @throws AwsError unless the policy is in force and allows all of it.
 */
export function checkPolicy(policy: string, fields: ReadonlyMap<string, string>, size: number): void {
  const { expiration, conditions } = readPolicy(policy);
  const end = Date.parse(String(expiration));
  if (Number.isNaN(end)) throw invalid("Invalid 'expiration' value: null");
  if (end < Date.now()) throw denied("Policy expired.");
  if (!Array.isArray(conditions)) throw invalid("Invalid 'conditions' value: must be a List.");
  const named = new Set<string>();
  for (const condition of conditions.flatMap(triples)) {
    named.add(String(condition[1]).replace(/^\$/, "").toLowerCase());
    checkCondition(condition, fields, size);
  }
  for (const name of fields.keys()) {
    if (!named.has(name) && !free.test(name) && name !== "bucket") throw denied(`Extra input fields: ${name}`);
  }
}

function readPolicy(policy: string): { expiration?: unknown; conditions?: unknown } {
  try {
    const read = parseJson(Buffer.from(policy, "base64").toString());
    if (typeof read === "object" && read !== null) return read;
  } catch {
    // Told below.
  }
  throw invalid("Invalid JSON.");
}

/** `{ "acl": "private" }` is short for `["eq", "$acl", "private"]`. */
function triples(condition: unknown): Condition[] {
  if (Array.isArray(condition)) return [condition as Condition];
  return Object.entries(Object(condition)).map(([name, value]) => ["eq", `$${name}`, value]);
}

function checkCondition(condition: Condition, fields: ReadonlyMap<string, string>, size: number): void {
  const [operator, name, value] = condition;
  const failed = () => denied(`Policy Condition failed: [${condition.map((part) => JSON.stringify(part)).join(", ")}]`);
  if (operator === "content-length-range") {
    const [least, most] = [Number(name), Number(value)];
    if (Number.isNaN(least) || Number.isNaN(most)) throw failed();
    checkSize(size, least, most);
    return;
  }
  const given = fields.get(String(name).replace(/^\$/, "").toLowerCase());
  const holds =
    operator.toLowerCase() === "starts-with"
      ? given?.startsWith(String(value))
      : operator.toLowerCase() === "eq" && given === String(value);
  if (!holds) throw failed();
}

function checkSize(ProposedSize: number, MinSizeAllowed: number, MaxSizeAllowed: number): void {
  if (ProposedSize > MaxSizeAllowed) {
    const message = "Your proposed upload exceeds the maximum allowed size";
    throw new AwsError("EntityTooLarge", message, 400, { ProposedSize, MaxSizeAllowed });
  }
  if (ProposedSize < MinSizeAllowed) {
    const message = "Your proposed upload is smaller than the minimum allowed size";
    throw new AwsError("EntityTooSmall", message, 400, { ProposedSize, MinSizeAllowed });
  }
}
