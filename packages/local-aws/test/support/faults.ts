import assert from "node:assert/strict";
import type { Credentials, TestCloud } from "../../testing/cloud.ts";
import { signedFetch } from "./signedFetch.ts";

const root = { accessKeyId: "test", secretAccessKey: "test" };

/** A request to what controls faults. @param credentials default: the account's root. */
export async function control(
  { origin }: Pick<TestCloud, "origin">,
  method: string,
  plan?: object,
  credentials: Credentials = root,
) {
  const { status, body } = await signedFetch(`${origin}/`, {
    ...{ method, service: "faults", credentials },
    ...(plan && { body: JSON.stringify(plan) }),
  });
  return { status, said: JSON.parse(body) as { rules: { faults: number }[] } };
}

/** Lets calls go wrong by these rules. */
export async function startFaults(test: Pick<TestCloud, "origin">, ...rules: object[]): Promise<void> {
  const { status, said } = await control(test, "PUT", { seed: 1, rules });
  assert.equal(status, 200, JSON.stringify(said));
}

export const stopFaults = (test: Pick<TestCloud, "origin">) => control(test, "DELETE");
