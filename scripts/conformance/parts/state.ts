import { KMS } from "@aws-sdk/client-kms";
import { Failure } from "../../lib/failure.ts";
import { clientOf } from "../cloud.ts";
import type { Part } from "../part.ts";
import { stateBackend } from "../session.ts";

export const state: Part = {
  name: "state",
  description: "a stack in bootstrap's bucket, found without AWS_REGION, with secrets of a KMS key",
  judge: "pulumi",
  needs: ["bootstrap"],
  async run(session) {
    const { bootstrap, cloud } = session;
    const kms = new KMS(clientOf(cloud));
    const { KeyMetadata } = await kms.createKey({ Description: "secrets of a Pulumi stack" });
    const KeyId = KeyMetadata!.KeyId!;
    const pulumi = bootstrap.as(await stateBackend(session), "keyed");
    await pulumi.text("stack", "init", "--secrets-provider", `awskms://${KeyId}?region=${cloud.region}`);
    await pulumi.text("config", "set", "githubRepository", "acme/secret", "--secret");
    const kept = await pulumi.text("config", "get", "githubRepository");
    if (kept !== "acme/secret") throw new Failure(`a secret comes back as ${JSON.stringify(kept)}`);
    await kms.disableKey({ KeyId });
    const told = await pulumi.text("config", "get", "githubRepository").catch((error: Failure) => error.message);
    if (!told.includes("DisabledException")) throw new Failure(`a secret of a disabled key comes back: ${told}`);
    await pulumi.text("stack", "rm", "--yes");
    await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    return "a secret is read with its key, and not without";
  },
};
