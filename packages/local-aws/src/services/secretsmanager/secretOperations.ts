/** Secrets themselves: created, described, deleted, tagged, rotated. */
import { parsePolicy } from "../../authorization/validate.ts";
import { page } from "../../kit/page.ts";
import { passRole } from "../../kit/passRole.ts";
import { tagList, tagMap, withoutTags } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { accessOf, invalidToken, matches, token, valueIn } from "./requests.ts";
import type { Rotations } from "./rotation.ts";
import { checkName, invalidParameter, invalidRequest, type Secret, type Secrets } from "./secrets.ts";

const day = 86_400_000;

const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));

export function secretOperations(secrets: Secrets, rotations: Rotations): Operations<"secretsmanager"> {
  const on = accessOf(secrets);
  const named = ({ arn, name }: Secret) => ({ ARN: arn, Name: name });
  const stages = ({ versions }: Secret) => {
    const listed = versions.filter((one) => one.stages.length > 0);
    return listed.length > 0 ? Object.fromEntries(listed.map((one) => [one.id, one.stages])) : undefined;
  };
  const described = (secret: Secret) => ({
    ...named(secret),
    ...(secret.description !== undefined && { Description: secret.description }),
    ...(secret.kmsKeyId !== undefined && { KmsKeyId: secret.kmsKeyId }),
    ...(secret.rotation && {
      RotationEnabled: secret.rotation.enabled,
      RotationLambdaARN: secret.rotation.lambda,
      RotationRules: secret.rotation.rules,
      LastRotatedDate: date(secret.rotation.rotated),
      NextRotationDate: date(secret.rotation.next),
    }),
    LastChangedDate: new Date(secret.changed),
    LastAccessedDate: date(secret.accessed),
    DeletedDate: date(secret.deleted),
    ...(secret.tags && { Tags: tagList(secret.tags) }),
    CreatedDate: new Date(secret.created),
  });

  return {
    CreateSecret: {
      access: ({ Name }) => on("CreateSecret", Name),
      run({ Name, Description, KmsKeyId, Tags, ClientRequestToken, ...given }, call) {
        checkName(Name);
        const value = valueIn(given);
        const id = token(ClientRequestToken, call);
        const known = secrets.named(Name);
        if (known?.deletion !== undefined)
          throw invalidRequest(
            "You can't create this secret because a secret with this name is already scheduled for deletion.",
          );
        if (known && !known.versions.some((one) => one.id === id))
          throw new AwsError(
            "ResourceExistsException",
            `The operation failed because the secret ${Name} already exists.`,
          );
        const now = Date.now();
        const secret: Secret = known ?? {
          arn: secrets.newArn(Name),
          name: Name,
          ...(Description && { description: Description }),
          ...(KmsKeyId !== undefined && { kmsKeyId: KmsKeyId }),
          created: now,
          changed: now,
          ...(Tags?.length && { tags: tagMap(Tags) }),
          versions: [],
        };
        secrets.put(secret);
        if (value) secrets.addVersion(secret, id, value);
        return { ...named(secret), ...(value && { VersionId: id }) };
      },
    },
    DescribeSecret: {
      access: ({ SecretId }) => on("DescribeSecret", SecretId),
      run({ SecretId }) {
        const secret = secrets.known(SecretId);
        return { ...described(secret), VersionIdsToStages: stages(secret) };
      },
    },
    ListSecrets: {
      access: () => [{ action: "secretsmanager:ListSecrets", resource: "*" }],
      run({ Filters = [], IncludePlannedDeletion = false, ...paging }) {
        const all = secrets
          .all()
          .filter((one) => (IncludePlannedDeletion || one.deletion === undefined) && matches(one, Filters));
        const { items, next } = page(all, paging, ({ created, name }) => [created, name], { invalid: invalidToken });
        const SecretList = items.map((secret) => ({ ...described(secret), SecretVersionsToStages: stages(secret) }));
        return { SecretList, ...(next && { NextToken: next }) };
      },
    },
    UpdateSecret: {
      access: ({ SecretId }) => on("UpdateSecret", SecretId),
      run({ SecretId, Description, KmsKeyId, ClientRequestToken, ...given }, call) {
        const id = token(ClientRequestToken, call);
        const secret = secrets.usable(SecretId);
        const value = valueIn(given);
        const changed = secrets.change(secret, {
          ...(Description !== undefined && { description: Description }),
          ...(KmsKeyId !== undefined && { kmsKeyId: KmsKeyId }),
        });
        if (value) secrets.addVersion(changed, id, value);
        return { ...named(secret), ...(value && { VersionId: id }) };
      },
    },
    DeleteSecret: {
      access: ({ SecretId }) => on("DeleteSecret", SecretId),
      run({ SecretId, RecoveryWindowInDays, ForceDeleteWithoutRecovery = false }) {
        if (ForceDeleteWithoutRecovery && RecoveryWindowInDays !== undefined)
          throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
        const window = RecoveryWindowInDays ?? 30;
        if (window < 7 || window > 30)
          throw invalidParameter("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
        if (ForceDeleteWithoutRecovery) return deletedAtOnce(secrets, SecretId);
        const secret = secrets.usable(SecretId);
        const deletion = Date.now() + window * day;
        secrets.put({ ...secret, deletion, deleted: Date.now() });
        return { ...named(secret), DeletionDate: new Date(deletion) };
      },
    },
    RestoreSecret: {
      access: ({ SecretId }) => on("RestoreSecret", SecretId),
      run({ SecretId }) {
        const { deletion: _, deleted: __, ...secret } = secrets.known(SecretId);
        secrets.put(secret);
        return named(secret);
      },
    },
    TagResource: {
      access: ({ SecretId }) => on("TagResource", SecretId),
      run({ SecretId, Tags }) {
        const secret = secrets.usable(SecretId);
        secrets.change(secret, { tags: { ...secret.tags, ...tagMap(Tags) } });
        return {};
      },
    },
    UntagResource: {
      access: ({ SecretId }) => on("UntagResource", SecretId),
      run({ SecretId, TagKeys }) {
        const secret = secrets.usable(SecretId);
        secrets.change(secret, { tags: withoutTags(secret.tags, TagKeys) });
        return {};
      },
    },
    GetResourcePolicy: {
      access: ({ SecretId }) => on("GetResourcePolicy", SecretId),
      run({ SecretId }) {
        const secret = secrets.known(SecretId);
        return { ...named(secret), ...(secret.policy !== undefined && { ResourcePolicy: secret.policy }) };
      },
    },
    PutResourcePolicy: {
      access: ({ SecretId }) => on("PutResourcePolicy", SecretId),
      run({ SecretId, ResourcePolicy }) {
        const secret = secrets.usable(SecretId);
        parsePolicy(ResourcePolicy, "resource");
        return named(secrets.change(secret, { policy: ResourcePolicy }));
      },
    },
    ValidateResourcePolicy: {
      access: ({ SecretId }) => (SecretId === undefined ? [] : on("ValidateResourcePolicy", SecretId)),
      run({ SecretId, ResourcePolicy }) {
        if (SecretId !== undefined) secrets.known(SecretId);
        parsePolicy(ResourcePolicy, "resource");
        return { PolicyValidationPassed: true, ValidationErrors: [] };
      },
    },
    DeleteResourcePolicy: {
      access: ({ SecretId }) => on("DeleteResourcePolicy", SecretId),
      run({ SecretId }) {
        const { policy: _, ...secret } = secrets.usable(SecretId);
        secrets.put(secret);
        return named(secret);
      },
    },
    RotateSecret: {
      access: ({ SecretId, ExternalSecretRotationRoleArn }) => [
        ...on("RotateSecret", SecretId),
        ...passRole("secretsmanager.amazonaws.com", ExternalSecretRotationRoleArn),
      ],
      async run({ SecretId, ClientRequestToken, RotationLambdaARN, RotationRules, RotateImmediately = true }, call) {
        const secret = secrets.usable(SecretId);
        const id = token(ClientRequestToken, call);
        const lambda = RotationLambdaARN ?? secret.rotation?.lambda;
        if (lambda === undefined)
          throw invalidRequest("No Lambda rotation function ARN is associated with this secret.");
        await rotations.check(secret, lambda);
        const rotation = { ...secret.rotation, enabled: true, lambda, ...(RotationRules && { rules: RotationRules }) };
        const next = rotations.next(rotation);
        const changed = secrets.change(secrets.usable(SecretId), {
          rotation: { ...rotation, ...(next !== undefined && { next }) },
        });
        if (RotateImmediately) rotations.begin(changed, id);
        else rotations.arm(secret.name);
        return { ...named(secret), VersionId: id };
      },
    },
    CancelRotateSecret: {
      access: ({ SecretId }) => on("CancelRotateSecret", SecretId),
      run({ SecretId }) {
        const secret = secrets.usable(SecretId);
        if (secret.rotation) secrets.change(secret, { rotation: { ...secret.rotation, enabled: false } });
        rotations.arm(secret.name);
        return named(secret);
      },
    },
  };
}

/** A missing secret is not an error. */
function deletedAtOnce(secrets: Secrets, id: string) {
  const DeletionDate = new Date();
  try {
    const secret = secrets.known(id);
    secrets.remove(secret);
    return { ARN: secret.arn, Name: secret.name, DeletionDate };
  } catch (error) {
    if (id.startsWith("arn:") || (error as Error).name !== "ResourceNotFoundException") throw error;
    return { ARN: secrets.newArn(id), Name: id, DeletionDate };
  }
}
