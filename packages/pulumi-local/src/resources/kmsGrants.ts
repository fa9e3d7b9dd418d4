/** Grants of a key, and its policy as a resource of its own. */
import type { GrantListEntry } from "@aws-sdk/client-kms";
import { type Cloud, defaultKeyPolicy } from "local-aws/service";
import type { Properties } from "../engine/provider.ts";
import { capitalized, described, toAws, uncapitalized } from "./described.ts";
import type { ResourceType } from "./resourceType.ts";

const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/kms/${page}/`;

type Call = <Answer = unknown>(operation: string, input: object) => Promise<Answer>;

/** `Grant` and `KeyPolicy`. */
export function grantTypes(cloud: Cloud): ResourceType[] {
  const call: Call = (operation, input) => cloud.call("kms", operation, input);
  return [grant(call), keyPolicy(call, cloud.accountId)];
}

function grant(call: Call): ResourceType {
  const settings = ["keyId", "granteePrincipal", "operations", "retiringPrincipal", "grantCreationTokens"];
  const partsOf = (id: string) => {
    const at = id.lastIndexOf(":");
    return { KeyId: id.slice(0, at), GrantId: id.slice(at + 1) };
  };
  return {
    type: "aws:kms/grant:Grant",
    docs: docs("grant"),
    required: ["granteePrincipal", "keyId", "operations"],
    properties: [...settings.filter((name) => name !== "grantCreationTokens"), "name", "constraints", "retireOnDelete"],
    inert: ["grantCreationTokens"],
    defaults: { retireOnDelete: false },
    autoname: { property: "name", max: 256 },
    secretOutputs: ["grantToken"],
    async create(inputs) {
      const [constraints] = (inputs.constraints ?? []) as Properties[];
      const { GrantId, GrantToken } = await call<{ GrantId: string; GrantToken: string }>("CreateGrant", {
        Name: inputs.name,
        ...capitalized(inputs, settings.slice(0, 4)),
        ...(constraints && { Constraints: contextOf(constraints) }),
      });
      const outputs = { ...inputs, grantId: GrantId, grantToken: GrantToken };
      return { id: `${inputs.keyId}:${GrantId}`, outputs };
    },
    async read(id, { previous }) {
      const { KeyId, GrantId } = partsOf(id);
      const { Grants } = await call<{ Grants: GrantListEntry[] }>("ListGrants", { KeyId });
      const found = Grants.find((one) => one.GrantId === GrantId);
      if (!found) return undefined;
      const known = uncapitalized(found, ["granteePrincipal", "name", "operations"]);
      return { id, outputs: { ...previous?.outputs, ...known, keyId: KeyId, grantId: GrantId } };
    },
    delete: (id, { retireOnDelete }) => call(retireOnDelete ? "RetireGrant" : "RevokeGrant", partsOf(id)),
  };
}

/** Names in a context are the caller's own. */
const contextOf = ({ encryptionContextEquals: equal, encryptionContextSubset: subset }: Properties): object => ({
  ...(equal !== undefined && { EncryptionContextEquals: equal }),
  ...(subset !== undefined && { EncryptionContextSubset: subset }),
});

function keyPolicy(call: Call, accountId: string): ResourceType {
  const put = async ({ keyId: KeyId, policy, bypassPolicyLockoutSafetyCheck }: Properties) => {
    const Policy = typeof policy === "string" ? policy : JSON.stringify(policy);
    await call("PutKeyPolicy", { KeyId, Policy, ...(toAws({ bypassPolicyLockoutSafetyCheck }) as object) });
    return String(KeyId);
  };
  return described({
    type: "aws:kms/keyPolicy:KeyPolicy",
    docs: docs("keypolicy"),
    required: ["keyId", "policy"],
    properties: ["keyId", "policy", "bypassPolicyLockoutSafetyCheck"],
    defaults: { bypassPolicyLockoutSafetyCheck: false },
    replaces: ["keyId"],
    make: put,
    settle: async (_id, before, after) => (before.keyId === undefined ? undefined : put(after)),
    async describe(KeyId, given) {
      const { Policy } = await call<{ Policy: string }>("GetKeyPolicy", { KeyId });
      return { keyId: KeyId, policy: given.policy ?? Policy };
    },
    // A key is never without one: it has again the one that it had at first.
    remove: (KeyId) => call("PutKeyPolicy", { KeyId, Policy: defaultKeyPolicy(accountId) }),
  });
}
