/**
 * Access control lists of buckets and objects: canned, as headers and as documents, and the permissions that they grant.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html
 */
import type { AccessControlPolicy, Grant, Permission } from "@aws-sdk/client-s3";
import { AwsError, type PolicyStatement } from "../../service.ts";
import { invalidArgument, invalidRequest } from "./errors.ts";
import type { BucketRecord } from "./records.ts";

const groups = {
  everyone: "http://acs.amazonaws.com/groups/global/AllUsers",
  authenticated: "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
  logDelivery: "http://acs.amazonaws.com/groups/s3/LogDelivery",
};

/** What an input says about access: at most one of the three ways. */
export interface AclInput {
  ACL?: string | undefined;
  GrantFullControl?: string | undefined;
  GrantRead?: string | undefined;
  GrantReadACP?: string | undefined;
  GrantWrite?: string | undefined;
  GrantWriteACP?: string | undefined;
  AccessControlPolicy?: AccessControlPolicy | undefined;
}

const ofGroup = (uri: string, permission: Permission): Grant => ({
  Grantee: { Type: "Group", URI: uri },
  Permission: permission,
});

/** Grants of canned lists beside the owner's full control. */
const canned: Record<string, Grant[]> = {
  private: [],
  "public-read": [ofGroup(groups.everyone, "READ")],
  "public-read-write": [ofGroup(groups.everyone, "READ"), ofGroup(groups.everyone, "WRITE")],
  "authenticated-read": [ofGroup(groups.authenticated, "READ")],
  "log-delivery-write": [ofGroup(groups.logDelivery, "WRITE"), ofGroup(groups.logDelivery, "READ_ACP")],
  // Objects and buckets are of one account, and nothing here starts virtual machines.
  "aws-exec-read": [],
  "bucket-owner-read": [],
  "bucket-owner-full-control": [],
};

const headers: [member: keyof AclInput, header: string, permission: Permission][] = [
  ["GrantFullControl", "x-amz-grant-full-control", "FULL_CONTROL"],
  ["GrantRead", "x-amz-grant-read", "READ"],
  ["GrantWrite", "x-amz-grant-write", "WRITE"],
  ["GrantReadACP", "x-amz-grant-read-acp", "READ_ACP"],
  ["GrantWriteACP", "x-amz-grant-write-acp", "WRITE_ACP"],
];

/** Whether a writing request says anything about access. */
export const statesAcl = (input: AclInput): boolean =>
  input.ACL !== undefined || headers.some(([member]) => input[member] !== undefined);

/** The owner's own grant, which every canned list has. */
export const ownersGrant = (owner: { ID: string }): Grant => ({
  Grantee: { ...owner, Type: "CanonicalUser" },
  Permission: "FULL_CONTROL",
});

/**
 * The list that an input states; absent when it states none.
 * @throws AwsError for one that is not valid, or stated in two ways.
 */
export function readAcl(input: AclInput, owner: { ID: string }): Grant[] | undefined {
  const stated = headers.filter(([member]) => input[member] !== undefined);
  if (input.ACL !== undefined) {
    if (!Object.hasOwn(canned, input.ACL)) throw invalidArgument("", "x-amz-acl", input.ACL);
    if (stated.length > 0) throw invalidRequest("Specifying both Canned ACLs and Header Grants is not allowed");
  }
  if (input.AccessControlPolicy) {
    if (input.ACL !== undefined || stated.length > 0)
      throw new AwsError("UnexpectedContent", "This request does not support content", 400);
    return checkDocument(input.AccessControlPolicy);
  }
  if (input.ACL !== undefined) return [ownersGrant(owner), ...(canned[input.ACL] as Grant[])];
  if (stated.length === 0) return undefined;
  return stated.flatMap(([member, header, permission]) =>
    readGrantees(header, String(input[member])).map((Grantee) => ({ Grantee, Permission: permission })),
  );
}

/** `id="…", uri="…"` */
function readGrantees(header: string, text: string): NonNullable<Grant["Grantee"]>[] {
  return text.split(",").map((part) => {
    const [, name, value = ""] = /^\s*(\w+)\s*=\s*"?([^"]*)"?\s*$/.exec(part) ?? [];
    switch (name) {
      case "id":
        checkId(value, "id");
        return { Type: "CanonicalUser", ID: value };
      case "uri":
        checkGroup(value, "uri");
        return { Type: "Group", URI: value };
      case "emailAddress":
        return { Type: "AmazonCustomerByEmail", EmailAddress: value };
    }
    throw invalidArgument("Argument format not recognized", header, text);
  });
}

const malformed = () =>
  new AwsError(
    "MalformedACLError",
    "The XML you provided was not well-formed or did not validate against our published schema",
    400,
  );

const permissions = new Set<unknown>(["FULL_CONTROL", "READ", "WRITE", "READ_ACP", "WRITE_ACP"]);

function checkDocument({ Owner, Grants }: AccessControlPolicy): Grant[] {
  if (!Owner?.ID || Grants === undefined) throw malformed();
  for (const { Grantee, Permission } of Grants) {
    if (!Grantee || !permissions.has(Permission)) throw malformed();
    if (!["CanonicalUser", "Group", "AmazonCustomerByEmail"].includes(String(Grantee.Type))) throw malformed();
  }
  checkId(Owner.ID, "CanonicalUser/ID");
  for (const { Grantee } of Grants) {
    if (Grantee?.Type === "CanonicalUser") checkId(Grantee.ID ?? "", "CanonicalUser/ID");
    if (Grantee?.Type === "Group") checkGroup(Grantee.URI ?? "", "Group/URI");
  }
  return Grants;
}

function checkId(id: string, argument: string): void {
  if (!/^[\da-f]{64}$/.test(id)) throw invalidArgument("Invalid id", argument, id);
}

function checkGroup(uri: string, argument: string): void {
  if (!Object.values(groups).includes(uri)) throw invalidArgument("Invalid group uri", argument, uri);
}

/** Whether the bucket's lists have any effect, and may be set: not while its owner owns everything in it. */
export const hasAcls = ({ ownershipControls }: BucketRecord): boolean =>
  ownershipControls?.Rules?.[0]?.ObjectOwnership !== "BucketOwnerEnforced";

export const aclNotSupported = (): AwsError =>
  new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs", 400);

const isPublic = (grants: Grant[]): boolean =>
  grants.some(({ Grantee }) => Grantee?.URI === groups.everyone || Grantee?.URI === groups.authenticated);

/** @throws AwsError where public lists are blocked. */
export function checkPublicAcl(bucket: BucketRecord, grants: Grant[]): void {
  if (!bucket.publicAccessBlock?.BlockPublicAcls || !isPublic(grants)) return;
  const why = "because public access control lists (ACLs) are prevented by the BlockPublicAcls setting";
  throw new AwsError("AccessDenied", `The request is not authorized ${why} in S3 Block Public Access.`, 403);
}

/** The list of a new object. Where lists have no effect, only those that change nothing are accepted. */
export function newObjectAcl(input: AclInput, bucket: BucketRecord, owner: { ID: string }): Grant[] | undefined {
  const grants = readAcl(input, owner);
  if (grants === undefined || input.ACL === "private" || input.ACL === "bucket-owner-full-control") return undefined;
  if (!hasAcls(bucket)) throw aclNotSupported();
  checkPublicAcl(bucket, grants);
  return grants;
}

type Level = "bucket" | "object";

const actions: Record<Level, Partial<Record<Permission, string[]>>> = {
  bucket: {
    READ: ["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
    READ_ACP: ["s3:GetBucketAcl"],
    WRITE_ACP: ["s3:PutBucketAcl"],
    WRITE: ["s3:PutObject", "s3:DeleteObject"],
  },
  object: {
    READ: ["s3:GetObject", "s3:GetObjectVersion"],
    READ_ACP: ["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
    WRITE_ACP: ["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
  },
};

/** What a list grants to others than the account, as statements of a policy on that resource. */
export function statementsOf(bucket: BucketRecord, grants: Grant[] = [], level: Level, resource: string) {
  if (!hasAcls(bucket)) return [];
  return grants.flatMap(({ Grantee, Permission }): PolicyStatement[] => {
    const grantee = granted(Grantee?.URI, bucket);
    const allowed =
      Permission === "FULL_CONTROL" ? Object.values(actions[level]).flat() : actions[level][Permission as Permission];
    return grantee && allowed ? [{ Effect: "Allow", Action: allowed, Resource: resource, ...grantee }] : [];
  });
}

function granted(
  uri: string | undefined,
  bucket: BucketRecord,
): Pick<PolicyStatement, "Principal" | "Condition"> | undefined {
  if (uri === groups.logDelivery) return { Principal: { Service: "logging.s3.amazonaws.com" } };
  if (bucket.publicAccessBlock?.IgnorePublicAcls) return undefined;
  if (uri === groups.everyone) return { Principal: "*" };
  if (uri !== groups.authenticated) return undefined;
  // Anyone who signs: requests without a signature have no account.
  return { Principal: "*", Condition: { Null: { "aws:PrincipalAccount": "false" } } };
}
