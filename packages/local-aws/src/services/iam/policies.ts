/** Operations on managed policies. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html */

import type { EntityType } from "@aws-sdk/client-iam";
import {
  type Directory,
  type Group,
  type Identity,
  type ManagedPolicy,
  uniqueId,
} from "../../authorization/directory.ts";
import {
  alreadyExists,
  checkName,
  checkPath,
  checkPolicySize,
  checkTags,
  deleteConflict,
  limitExceeded,
  mergeTags,
  noSuchEntity,
  now,
} from "../../authorization/limits.ts";
import { awsPolicies } from "../../authorization/managed.ts";
import { parsePolicy } from "../../authorization/validate.ts";
import { tagList } from "../../kit/tags.ts";
import type { OperationOf, Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { entityOperations } from "./entity.ts";
import { type Paging, pageOf, tagPage } from "./paging.ts";

/** Characters, without white space. */
const maxSize = 6144;
const maxVersions = 5;

export function policyOperations(directory: Directory, accountId: string): Operations<"iam"> {
  const { policies, roles, users, groups } = directory;
  const attachedTo = (arn: string) => ({
    roles: roles.all().filter((role) => role.attached.includes(arn)),
    users: users.all().filter((user) => user.attached.includes(arn)),
    groups: groups.all().filter((group) => group.attached.includes(arn)),
  });
  const attachments = (arn: string): number => Object.values(attachedTo(arn)).flat().length;
  const limitedBy = (arn: string) => ({
    roles: roles.all().filter((role) => role.boundary === arn),
    users: users.all().filter((user) => user.boundary === arn),
    groups: [],
  });
  const describe = (policy: ManagedPolicy, full = true) => {
    const limited = limitedBy(policy.Arn);
    return {
      PolicyName: policy.PolicyName,
      PolicyId: policy.PolicyId,
      Arn: policy.Arn,
      Path: policy.Path,
      DefaultVersionId: policy.DefaultVersionId,
      AttachmentCount: attachments(policy.Arn),
      PermissionsBoundaryUsageCount: limited.roles.length + limited.users.length,
      IsAttachable: true,
      ...(full && policy.Description !== undefined && { Description: policy.Description }),
      CreateDate: new Date(policy.CreateDate),
      UpdateDate: new Date(policy.UpdateDate),
      ...(full && { Tags: tagList(policy.tags) }),
    };
  };
  const checkOwn = ({ Arn }: ManagedPolicy): void => {
    if (!policies.get(Arn))
      throw new AwsError("AccessDenied", `Policy ${Arn} is managed by AWS and cannot be changed.`, 403);
  };
  const { on: onPolicy, change } = entityOperations<ManagedPolicy, { PolicyArn: string }>({
    nameOf: ({ PolicyArn }) => PolicyArn,
    get: (arn) => policies.get(arn) ?? awsPolicy(arn),
    arnOf: (arn) => arn,
    put: (policy) => policies.put(policy.Arn, policy),
    checkOwn,
    missing: (arn) => `Policy ${arn} was not found.`,
  });
  const versionOf = (policy: ManagedPolicy, id: string) => {
    const version = policy.versions[id];
    if (!version) throw noSuchEntity(`Policy ${policy.Arn} version ${id} does not exist or is not attachable.`);
    return version;
  };
  const describeVersion = (policy: ManagedPolicy, id: string, withDocument: boolean) => {
    const { Document, CreateDate } = versionOf(policy, id);
    return {
      ...(withDocument && { Document: encodeURIComponent(Document) }),
      VersionId: id,
      IsDefaultVersion: id === policy.DefaultVersionId,
      CreateDate: new Date(CreateDate),
    };
  };
  const addVersion = (policy: ManagedPolicy, Document: string, asDefault: boolean): string => {
    parsePolicy(Document, "identity");
    checkPolicySize(Document, maxSize, "PolicySize");
    policy.lastVersion++;
    const id = `v${policy.lastVersion}`;
    policy.versions[id] = { Document, CreateDate: now() };
    policy.UpdateDate = now();
    if (asDefault) policy.DefaultVersionId = id;
    return id;
  };

  const CreatePolicy: OperationOf<"iam", "CreatePolicy"> = {
    access: ({ PolicyName, Path = "/" }) => [
      { action: "iam:CreatePolicy", resource: `arn:aws:iam::${accountId}:policy${Path}${PolicyName}` },
    ],
    run({ PolicyName, Path = "/", PolicyDocument, Description, Tags }) {
      checkName("policyName", PolicyName, 128);
      checkPath(Path);
      const Arn = `arn:aws:iam::${accountId}:policy${Path}${PolicyName}`;
      if (policies.all().some((one) => one.PolicyName.toLowerCase() === PolicyName.toLowerCase())) {
        throw alreadyExists(`A policy called ${PolicyName} already exists. Duplicate names are not allowed.`);
      }
      const policy: ManagedPolicy = {
        PolicyName,
        PolicyId: uniqueId("ANPA"),
        Arn,
        Path,
        ...(Description !== undefined && { Description }),
        CreateDate: now(),
        UpdateDate: now(),
        DefaultVersionId: "",
        lastVersion: 0,
        versions: {},
        tags: checkTags(Tags),
      };
      addVersion(policy, PolicyDocument, true);
      policies.put(Arn, policy);
      return { Policy: describe(policy) };
    },
  };

  return {
    CreatePolicy,
    GetPolicy: onPolicy("GetPolicy", (policy) => ({ Policy: describe(policy) })),
    ListPolicies: {
      access: () => [{ action: "iam:ListPolicies", resource: `arn:aws:iam::${accountId}:policy/` }],
      run(input: Paging & { Scope?: string; PathPrefix?: string; OnlyAttached?: boolean }) {
        const { Scope = "All", PathPrefix = "/", OnlyAttached = false } = input;
        const aws = Object.keys(awsPolicies).map(
          (name) => awsPolicy(`arn:aws:iam::aws:policy/${name}`) as ManagedPolicy,
        );
        const all = [...(Scope === "AWS" ? [] : policies.all()), ...(Scope === "Local" ? [] : aws)];
        const described = all.filter((one) => one.Path.startsWith(PathPrefix)).map((one) => describe(one, false));
        const found = pageOf(
          described.filter((one) => !OnlyAttached || one.AttachmentCount > 0),
          input,
          ({ Arn }) => Arn,
        );
        return { Policies: found.items, ...found.paging };
      },
    },
    DeletePolicy: onPolicy("DeletePolicy", (policy) => {
      checkOwn(policy);
      if (attachments(policy.Arn) > 0) throw deleteConflict("Cannot delete a policy attached to entities.");
      if (Object.keys(policy.versions).length > 1) {
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      policies.delete(policy.Arn);
      return {};
    }),
    CreatePolicyVersion: change("CreatePolicyVersion", (policy, { PolicyDocument, SetAsDefault = false }) => {
      if (Object.keys(policy.versions).length >= maxVersions) {
        throw limitExceeded(
          `A managed policy can have up to ${maxVersions} versions. Before you create a new version, you must delete an existing version.`,
        );
      }
      return { PolicyVersion: describeVersion(policy, addVersion(policy, PolicyDocument, SetAsDefault), false) };
    }),
    GetPolicyVersion: onPolicy("GetPolicyVersion", (policy, { VersionId }) => ({
      PolicyVersion: describeVersion(policy, VersionId, true),
    })),
    ListPolicyVersions: onPolicy("ListPolicyVersions", (policy, input) => {
      const found = pageOf(Object.keys(policy.versions), input, (id) => Number(id.slice(1)), true);
      return { Versions: found.items.map((id) => describeVersion(policy, id, false)), ...found.paging };
    }),
    SetDefaultPolicyVersion: change("SetDefaultPolicyVersion", (policy, { VersionId }) => {
      versionOf(policy, VersionId);
      policy.DefaultVersionId = VersionId;
    }),
    DeletePolicyVersion: change("DeletePolicyVersion", (policy, { VersionId }) => {
      versionOf(policy, VersionId);
      if (VersionId === policy.DefaultVersionId) throw deleteConflict("Cannot delete the default version of a policy.");
      delete policy.versions[VersionId];
    }),
    ListEntitiesForPolicy: onPolicy("ListEntitiesForPolicy", ({ Arn }, input) => {
      const { PolicyUsageFilter, EntityFilter, PathPrefix = "/" } = input;
      const found = PolicyUsageFilter === "PermissionsBoundary" ? limitedBy(Arn) : attachedTo(Arn);
      const asked = <One extends Identity>(kind: EntityType, all: One[]): One[] =>
        all.filter(({ Path }) => (EntityFilter ?? kind) === kind && Path.startsWith(PathPrefix));
      return {
        PolicyGroups: asked<Group>("Group", found.groups).map(({ GroupName, GroupId }) => ({ GroupName, GroupId })),
        PolicyUsers: asked("User", found.users).map(({ UserName, UserId }) => ({ UserName, UserId })),
        PolicyRoles: asked("Role", found.roles).map(({ RoleName, RoleId }) => ({ RoleName, RoleId })),
        IsTruncated: false,
      };
    }),
    ListPolicyTags: onPolicy("ListPolicyTags", (policy, input) => {
      return tagPage(policy.tags, input);
    }),
    TagPolicy: change("TagPolicy", (policy, { Tags }) => {
      policy.tags = mergeTags(policy.tags, Tags);
    }),
    UntagPolicy: change("UntagPolicy", (policy, { TagKeys }) => {
      for (const key of TagKeys) delete policy.tags[key];
    }),
  };
}

/** One of AWS's own policies, as IAM describes it. */
function awsPolicy(arn: string): ManagedPolicy | undefined {
  const name = arn.startsWith("arn:aws:iam::aws:policy/") ? arn.slice("arn:aws:iam::aws:policy/".length) : "";
  const document = awsPolicies[name];
  if (!document) return undefined;
  const [PolicyName = "", ...folders] = name.split("/").reverse();
  const CreateDate = "2015-02-06T18:40:00.000Z";
  return {
    PolicyName,
    PolicyId: `ANPA${Buffer.from(name).toString("hex").slice(0, 16).toUpperCase()}`,
    Arn: arn,
    Path: folders.length > 0 ? `/${folders.reverse().join("/")}/` : "/",
    CreateDate,
    UpdateDate: CreateDate,
    DefaultVersionId: "v1",
    lastVersion: 1,
    versions: { v1: { Document: JSON.stringify(document), CreateDate } },
    tags: {},
  };
}
