/** The function behind a mapping: its role, and its result for a batch. */

import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { tell } from "../../../activity.ts";
import { parseJson } from "../../../jsonText.ts";
import { AwsError, type Cloud, type Principal } from "../../../service.ts";
import type { BatchTrace } from "./queueTraces.ts";
import type { MappingRecord } from "./records.ts";

export type Outcome =
  | { kind: "done" }
  /** Identifiers of the records that failed; the others are done. */
  | { kind: "partial"; failed: Set<string> }
  /** No record is done. */
  | { kind: "failed"; report: Report }
  /** It did not run: no concurrency is left, or it does not exist. */
  | { kind: "refused"; reason: string };

/** What the envelope of a failed batch tells about the last attempt. */
export interface Report {
  requestId: string;
  statusCode: number;
  executedVersion: string;
  functionError?: string;
}

interface Answer {
  FunctionError?: string;
  ExecutedVersion?: string;
  Payload?: Uint8Array;
}

export class FunctionCalls {
  readonly #cloud: Cloud;
  readonly #mapping: MappingRecord;
  readonly #partial: boolean;

  constructor(cloud: Cloud, mapping: MappingRecord) {
    this.#cloud = cloud;
    this.#mapping = mapping;
    this.#partial = mapping.FunctionResponseTypes?.includes("ReportBatchItemFailures") ?? false;
  }

  /** A session of the function's role, with which the source is read. */
  async role(): Promise<Principal> {
    const { Role = "", FunctionName = "", FunctionArn } = await functionOf(this.#cloud, this.#mapping.FunctionArn);
    return (await this.#cloud.assumeRole(Role, "lambda.amazonaws.com", FunctionName, FunctionArn)).principal;
  }

  /**
   * @param records as JSON texts.
   * @param identifiers by which the function may report records as failed.
   * @param trace that the records carry.
   */
  async invoke(records: string[], identifiers: ReadonlySet<string>, trace: BatchTrace = {}): Promise<Outcome> {
    const began = performance.now();
    const outcome = await this.#attempt(records, identifiers, trace);
    const { EventSourceArn = "", FunctionArn } = this.#mapping;
    tell(() => ({
      ...{ kind: "batch", at: Date.now(), region: this.#cloud.region, source: EventSourceArn, function: FunctionArn },
      ...{ records: records.length, milliseconds: performance.now() - began, outcome: outcome.kind },
      ...(outcome.kind === "partial" && { failed: outcome.failed.size }),
      ...(outcome.kind === "refused" && { message: outcome.reason }),
    }));
    return outcome;
  }

  async #attempt(records: string[], identifiers: ReadonlySet<string>, trace: BatchTrace): Promise<Outcome> {
    const requestId = crypto.randomUUID();
    let answer: Answer;
    try {
      // It is Lambda itself that invokes; a mapping needs no permission in the function's policy.
      answer = await this.#cloud.call("lambda", "Invoke", {
        FunctionName: this.#mapping.FunctionArn,
        Payload: Buffer.from(`{"Records":[${records.join(",")}]}`),
        ...trace,
      });
    } catch (error) {
      if (error instanceof AwsError) return { kind: "refused", reason: `${error.code}: ${error.message}` };
      throw error;
    }
    const { FunctionError: functionError, ExecutedVersion: executedVersion = "$LATEST" } = answer;
    const report: Report = { requestId, statusCode: 200, executedVersion, ...(functionError && { functionError }) };
    if (functionError) return { kind: "failed", report };
    if (!this.#partial) return { kind: "done" };
    const failed = batchItemFailures(Buffer.from(answer.Payload ?? []).toString());
    if (!failed || failed.some((id) => typeof id !== "string" || !identifiers.has(id)))
      return { kind: "failed", report };
    return failed.length === 0 ? { kind: "done" } : { kind: "partial", failed: new Set(failed as string[]) };
  }
}

/**
 * No result, an empty object and an empty list mean success; an invalid result means that all failed.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
function batchItemFailures(text: string): unknown[] | undefined {
  let value: unknown;
  try {
    value = text === "" ? null : parseJson(text);
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== "object") return value === null ? [] : undefined;
  const { batchItemFailures: list = [] } = value as { batchItemFailures?: unknown };
  if (list === null) return [];
  if (!Array.isArray(list)) return undefined;
  return list.map((item) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier);
}

export function functionOf(cloud: Cloud, name: string, as?: Principal): Promise<FunctionConfiguration> {
  return cloud.call("lambda", "GetFunctionConfiguration", { FunctionName: name }, as);
}
