import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { askPatiently, messageOf, parseAnswer } from "../apiAnswer.ts";
import { Failure } from "../failure.ts";
import { signedFetch } from "../signedFetch.ts";
import { localStack, output, type Stack } from "../stack.ts";
import type { ExternalFunction } from "./functions.ts";
import { localSnowflakeUser } from "./user.ts";

/** Arguments of one row; all of them are VARCHAR. */
export type Row = (string | null)[];

interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** Milliseconds between two looks whether a batch is done: at first, and at most. */
const polling = { first: 500, longest: 10_000 };
/** https://docs.snowflake.com/en/sql-reference/external-functions-implementation */
const patienceMs = 10 * 60_000;
/** Tries of a request. Snowflake tries again for minutes; here somebody waits to hear what is wrong. */
const tries = 3;

/**
 * Calls external functions as Snowflake does: as the role of the API integration, which its user assumes with the
 * integration's external id; rows in compressed, signed batches, each under an id that is the same for every try; work
 * that takes longer is asked for by GET.
 * https://docs.snowflake.com/en/sql-reference/external-functions-data-format
 */
export class SnowflakeClient {
  readonly #url: string;
  readonly #fetch: ReturnType<typeof signedFetch>;
  readonly #onPoll: (batch: string) => void;

  private constructor(stack: Stack, credentials: Credentials, onPoll: (batch: string) => void) {
    this.#url = output(stack, "recommenderUrl");
    this.#fetch = signedFetch(credentials, stack.client.region);
    this.#onPoll = onPoll;
  }

  /**
   * @param externalId as the stack's configuration has it; none while the trust is pending.
   * @throws {Failure} when the role cannot be assumed, with what to do about it.
   */
  static async open(
    stack: Stack,
    { externalId, onPoll = () => {} }: { externalId?: string | undefined; onPoll?: (batch: string) => void },
  ): Promise<SnowflakeClient> {
    return new SnowflakeClient(stack, await assumeRole(stack, externalId), onPoll);
  }

  /**
   * @returns an answer for each row, in their order.
   * @throws {Failure} when a batch is refused, or its answer is none that Snowflake would take.
   */
  async call({ route, maxBatchRows = 5_000 }: ExternalFunction, rows: Row[]): Promise<unknown[]> {
    const query = randomUUID();
    const batches = Array.from({ length: Math.ceil(rows.length / maxBatchRows) }, (_, index) =>
      rows.slice(index * maxBatchRows, (index + 1) * maxBatchRows),
    );
    const url = new URL(`${this.#url}/${route}`);
    const answers = await Promise.all(
      batches.map((batch, index) => this.#batch(url, batch, query, `${query}:0:${index}`)),
    );
    return answers.flat();
  }

  async #batch(url: URL, rows: Row[], query: string, id: string): Promise<unknown[]> {
    const headers = {
      "content-type": "application/json",
      "sf-external-function-format": "json",
      "sf-external-function-format-version": "1.0",
      "sf-external-function-current-query-id": query,
      "sf-external-function-query-batch-id": id,
    };
    const body = gzipSync(JSON.stringify({ data: rows.map((row, index) => [index, ...row]) }));
    const until = Date.now() + patienceMs;
    let response = await this.#send(url, "POST", { ...headers, "content-encoding": "gzip" }, body);
    for (let wait = polling.first; response.status === 202; wait = Math.min(wait * 2, polling.longest)) {
      if (Date.now() > until) throw new Failure(`The batch ${id} was not done after ${patienceMs / 60_000} minutes`);
      this.#onPoll(id);
      await sleep(wait);
      response = await this.#send(url, "GET", headers);
    }
    return answersOf(await response.text(), response.status, rows.length);
  }

  #send(url: URL, method: "POST" | "GET", headers: Record<string, string>, body?: Buffer): Promise<Response> {
    return askPatiently(() => this.#fetch(url, { method, headers, ...(body && { body }) }), tries);
  }
}

/** Each row's answer under its own number, in order: anything else fails a query in Snowflake. */
function answersOf(text: string, status: number, rows: number): unknown[] {
  const body = parseAnswer(text);
  if (status !== 200) throw new Failure(`The API answered ${status}: ${messageOf(body) ?? text}`);
  const { data } = Object(body) as { data?: unknown };
  if (!Array.isArray(data) || data.length !== rows) {
    const found = Array.isArray(data) ? `${data.length} rows` : text.slice(0, 80);
    throw new Failure(`The function answered ${found} to ${rows} rows`);
  }
  return data.map((row, index) => {
    if (Array.isArray(row) && row[0] === index && row.length === 2) return row[1];
    throw new Failure(`The function answered ${JSON.stringify(row)} to row ${index}; expected [${index}, value]`);
  });
}

async function assumeRole(stack: Stack, externalId: string | undefined): Promise<Credentials> {
  const RoleArn = output(stack, "snowflakeExternalFunctionRoleArn");
  // On AWS whoever runs this: while the trust is pending, the own account may assume the role.
  const user = stack.name === localStack ? await localSnowflakeUser(stack) : undefined;
  const sts = new STSClient({ ...stack.client, ...(user && { credentials: user.credentials }) });
  try {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: "snowflake", ...(externalId && { ExternalId: externalId }) }),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken } = given!;
    return { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey!, sessionToken: SessionToken! };
  } catch (error) {
    if ((error as Error).name !== "AccessDenied") throw error;
    throw new Failure(`The role ${RoleArn} cannot be assumed ${remedy(stack, user?.arn)}`);
  }
}

function remedy(stack: Stack, user: string | undefined): string {
  const pending = output(stack, "snowflakeTrust") === "pending";
  if (user && pending) return `by ${user}: it trusts another account, or nobody. See: npm start`;
  if (user) return `by ${user} with this external id. Trust it: dsp snowflake trust --local`;
  if (pending) return "by these credentials: the trust is pending, and they need sts:AssumeRole on it.";
  return "by these credentials: it trusts Snowflake's user alone. Call the function in Snowflake.";
}
