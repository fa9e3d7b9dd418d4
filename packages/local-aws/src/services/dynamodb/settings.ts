/** What DynamoDB remembers of a table and the engine does not: backups and policies. */

import { conditionFault } from "../../authorization/validate.ts";
import { brokenConstraint } from "../../kit/constraint.ts";
import { AwsError, type PolicyDocument } from "../../service.ts";
import type { Collection, Store } from "../../store.ts";
import { noTableToBackUp } from "./errors.ts";
import { type Names, tableOf } from "./names.ts";
import type { Catalog } from "./tables/catalog.ts";

type Json = Record<string, unknown>;
type OwnOperation = (input: Json, tables: Catalog) => Json;

interface Backups {
  enabled: boolean;
  days: number;
  /** Seconds since the epoch. */
  since: number;
}

export class Settings {
  readonly #backups: Collection<Backups>;
  readonly #policies: Collection<{ policy: string; revision: number }>;
  readonly #parsed = new Map<string, PolicyDocument>();
  readonly #names: Names;

  constructor(store: Store, names: Names) {
    this.#backups = store.collection("dynamodb.backups");
    this.#policies = store.collection("dynamodb.policies");
    this.#names = names;
  }

  /** The policy of a table or stream. */
  policy(arn: string): PolicyDocument | undefined {
    const found = this.#policies.get(arn)?.policy;
    if (found === undefined) return undefined;
    let document = this.#parsed.get(found);
    if (!document) {
      document = JSON.parse(found) as PolicyDocument;
      if (this.#parsed.size > 100) this.#parsed.clear();
      this.#parsed.set(found, document);
    }
    return document;
  }

  /** Whether a table has point-in-time recovery. */
  isRecoverable(table: string): boolean {
    return this.#backups.get(table)?.enabled ?? false;
  }

  forget(table: string): void {
    const arn = this.#names.table(table);
    this.#backups.delete(table);
    this.#policies.delete(arn);
    for (const [key] of this.#policies.entries(`${arn}/`)) this.#policies.delete(key);
  }

  readonly operations: Record<string, OwnOperation> = {
    UpdateContinuousBackups: (input, tables) => {
      const table = tableOf(String(input.TableName));
      if (!tables.find(table)) throw noTableToBackUp(table);
      const { PointInTimeRecoveryEnabled: enabled, RecoveryPeriodInDays: days = 35 } =
        (input.PointInTimeRecoverySpecification ?? {}) as Json;
      if (typeof enabled !== "boolean")
        throw invalid("pointInTimeRecoverySpecification.pointInTimeRecoveryEnabled", "Member must not be null");
      if (!Number.isInteger(days) || Number(days) < 1 || Number(days) > 35) {
        throw invalid(
          "pointInTimeRecoverySpecification.recoveryPeriodInDays",
          "Member must have value between 1 and 35",
        );
      }
      const before = this.#backups.get(table);
      const since = before?.enabled && enabled ? before.since : Math.floor(Date.now() / 1000);
      this.#backups.put(table, { enabled, days: Number(days), since });
      return this.#continuousBackups(table);
    },

    DescribeContinuousBackups: (input, tables) => {
      const table = tableOf(String(input.TableName));
      if (!tables.find(table)) throw noTableToBackUp(table);
      return this.#continuousBackups(table);
    },

    PutResourcePolicy: (input, tables) => {
      const arn = String(input.ResourceArn);
      tables.existing(arn);
      const before = this.#policies.get(arn);
      if (
        typeof input.ExpectedRevisionId === "string" &&
        input.ExpectedRevisionId !== String(before?.revision ?? "NO_POLICY")
      ) {
        throw policyNotFound(arn);
      }
      const policy = String(input.Policy);
      checkPolicy(policy);
      const revision = before?.policy === policy ? before.revision : Date.now();
      this.#policies.put(arn, { policy, revision });
      return { RevisionId: String(revision) };
    },

    GetResourcePolicy: (input, tables) => {
      const arn = String(input.ResourceArn);
      tables.existing(arn);
      const found = this.#policies.get(arn);
      if (!found) throw policyNotFound(arn);
      return { Policy: found.policy, RevisionId: String(found.revision) };
    },

    DeleteResourcePolicy: (input, tables) => {
      const arn = String(input.ResourceArn);
      tables.existing(arn);
      const found = this.#policies.get(arn);
      this.#policies.delete(arn);
      return found ? { RevisionId: String(found.revision) } : {};
    },
  };

  #continuousBackups(table: string): Json {
    const { enabled = false, days = 35, since = 0 } = this.#backups.get(table) ?? {};
    const now = Math.floor(Date.now() / 1000);
    return {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: "ENABLED",
        PointInTimeRecoveryDescription: {
          PointInTimeRecoveryStatus: enabled ? "ENABLED" : "DISABLED",
          ...(enabled && {
            RecoveryPeriodInDays: days,
            EarliestRestorableDateTime: since,
            LatestRestorableDateTime: Math.max(since, now - 300),
          }),
        },
      },
    };
  }
}

function checkPolicy(text: string): void {
  let fault: string | undefined;
  try {
    const { Statement } = JSON.parse(text) as PolicyDocument;
    const statements = Array.isArray(Statement) ? Statement : [Statement];
    if (statements.every((one) => one && (one.Principal || one.NotPrincipal) && one.Effect)) {
      fault = conditionFault(statements);
      if (!fault) return;
    }
  } catch {
    // Said below.
  }
  throw new AwsError(
    "ValidationException",
    `Invalid policy document: ${fault ?? "it must be JSON, and each statement must have an Effect and a Principal"}`,
    400,
  );
}

const policyNotFound = (arn: string) =>
  new AwsError("PolicyNotFoundException", `Resource-based policy not found for the provided ResourceArn: ${arn}`, 400);

const invalid = (member: string, constraint: string) =>
  new AwsError("ValidationException", brokenConstraint(undefined, member, constraint), 400);
