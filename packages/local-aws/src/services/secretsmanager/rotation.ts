/** Rotation by a function, in four steps. https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html */
import { AwsError, type Cloud, servicePrincipal } from "../../service.ts";
import { after, type LongTimer } from "../../timers.ts";
import type { Rotation, Secret, Secrets } from "./secrets.ts";

const day = 86_400_000;
const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"];

export class Rotations {
  readonly #cloud: Cloud;
  readonly #secrets: Secrets;
  readonly #timers = new Map<string, LongTimer>();

  constructor(cloud: Cloud, secrets: Secrets) {
    this.#cloud = cloud;
    this.#secrets = secrets;
  }

  start(): void {
    for (const secret of this.#secrets.all()) this.#arm(secret);
  }

  stop(): void {
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** @throws AwsError `AccessDeniedException` where the function may not be invoked. */
  async check(secret: Secret, lambda: string): Promise<void> {
    try {
      await this.#invoke(secret, lambda, { InvocationType: "DryRun" });
    } catch {
      throw new AwsError(
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the principal secretsmanager.amazonaws.com.",
      );
    }
  }

  /** Rotates it in the background, and again by its rules. */
  begin(secret: Secret, token: string): void {
    this.#rotate(secret, token).catch((error: Error) =>
      console.error(`secretsmanager: ${secret.name} is not rotated: ${error.message}`),
    );
  }

  /** When a rotation is due by its rules. */
  next({ rules }: Rotation, from = Date.now()): number | undefined {
    const days =
      rules?.AutomaticallyAfterDays ?? Number(/^rate\((\d+) days?\)$/.exec(rules?.ScheduleExpression ?? "")?.[1]);
    return days ? from + days * day : undefined;
  }

  arm(name: string): void {
    const secret = this.#secrets.named(name);
    if (secret) this.#arm(secret);
  }

  #arm({ name, rotation, deletion }: Secret): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
    if (!rotation?.enabled || rotation.next === undefined || deletion !== undefined) return;
    const due = () => {
      const secret = this.#secrets.named(name);
      if (secret?.rotation?.enabled) this.begin(secret, crypto.randomUUID());
    };
    this.#timers.set(name, after(Math.max(rotation.next - Date.now(), 1_000), due));
  }

  async #rotate({ name, arn, rotation }: Secret, token: string): Promise<void> {
    const lambda = rotation?.lambda;
    if (!lambda) return;
    try {
      for (const Step of steps) {
        const Payload = JSON.stringify({ Step, SecretId: arn, ClientRequestToken: token });
        const secret = this.#secrets.named(name);
        if (!secret) return;
        const { FunctionError } = await this.#invoke(secret, lambda, { Payload });
        if (FunctionError) throw new Error(`its function failed in step ${Step}`);
      }
    } finally {
      const secret = this.#secrets.named(name);
      if (secret?.rotation) {
        const rotated = Date.now();
        const next = this.next(secret.rotation, rotated);
        this.#secrets.put({
          ...secret,
          rotation: { ...secret.rotation, rotated, ...(next !== undefined && { next }) },
        });
        this.arm(name);
      }
    }
  }

  #invoke({ arn }: Secret, FunctionName: string, input: { Payload?: string; InvocationType?: "DryRun" }) {
    return this.#cloud.call(
      "lambda",
      "Invoke",
      { FunctionName, ...input },
      servicePrincipal("secretsmanager.amazonaws.com", arn),
    );
  }
}
