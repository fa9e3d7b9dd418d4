import { each, type Reasons, tagged } from "./reasons.ts";

/** Of roles and keys. */
export const identity: Readonly<Record<string, Reasons>> = {
  "aws:iam/role:Role": each("iam", {
    CreateRole: "makes it, with the environment's boundary alone",
    UpdateAssumeRolePolicy: "changes who assumes it",
    UpdateRole: "changes how long its sessions last",
    UpdateRoleDescription: "changes what it is said to be for",
    PutRolePermissionsBoundary: "puts the environment's boundary around it",
    DeleteRole: "deletes it",
    ListInstanceProfilesForRole: "looks for what would keep it from going",
    TagRole: tagged,
    UntagRole: "changes its tags",
  }),
  "aws:iam/rolePolicy:RolePolicy": each("iam", {
    PutRolePolicy: "makes and changes it",
    DeleteRolePolicy: "deletes it",
  }),
  "aws:kms/key:Key": each("kms", {
    CreateKey: "makes it, tagged as the stack's",
    PutKeyPolicy: "changes who may use it",
    EnableKeyRotation: "rotates it",
    UpdateKeyDescription: "changes what it is said to be for",
    ScheduleKeyDeletion: "deletes it, after its days of grace",
    CreateGrant: "lets a table that it encrypts use it",
    Decrypt: "puts what it encrypts where it is to be",
    GenerateDataKey: "puts what it encrypts where it is to be",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
};
