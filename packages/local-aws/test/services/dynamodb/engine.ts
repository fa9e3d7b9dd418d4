import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine } from "../../../src/services/dynamodb/engine.ts";
import { handlers } from "../../../src/services/dynamodb/handlers.ts";
import { inputs } from "../../../src/services/dynamodb/inputs/operations.ts";
import { checkInput } from "../../../src/services/dynamodb/inputs/shape.ts";
import { Names } from "../../../src/services/dynamodb/names.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers are JSON of many shapes.
export type Answer = any;

/** The engine alone, without a cloud around it: no IAM, no HTTP. */
export class TestEngine {
  readonly engine: Engine;
  readonly #directory: string;

  private constructor(engine: Engine, directory: string) {
    this.engine = engine;
    this.#directory = directory;
  }

  static async open(): Promise<TestEngine> {
    const directory = await mkdtemp(join(tmpdir(), "dynamodb-"));
    const engine = new Engine(join(directory, "tables.sqlite"), {
      names: new Names("eu-west-1", "000000000000"),
      region: "eu-west-1",
      keyArn: async (id) => `arn:aws:kms:eu-west-1:000000000000:key/${id}`,
      isRecoverable: (table) => table === "recoverable",
      onWrite() {},
    });
    return new TestEngine(engine, directory);
  }

  /** One operation, as the service does it after IAM. */
  async send(operation: string, input: object): Promise<Answer> {
    const given = structuredClone(input) as Record<string, unknown>;
    checkInput(inputs[operation] ?? {}, given);
    const output = await handlers[operation]?.(this.engine, given);
    return typeof output === "string" ? JSON.parse(output) : output;
  }

  /** A table with partition key `p` (text), and `s` as `sort` says; `more` members of CreateTable. */
  table(TableName: string, sort?: "S" | "N" | "B", more: object = {}): Promise<Answer> {
    return this.send("CreateTable", {
      TableName,
      AttributeDefinitions: [
        { AttributeName: "p", AttributeType: "S" },
        ...(sort ? [{ AttributeName: "s", AttributeType: sort }] : []),
      ],
      KeySchema: [{ AttributeName: "p", KeyType: "HASH" }, ...(sort ? [{ AttributeName: "s", KeyType: "RANGE" }] : [])],
      BillingMode: "PAY_PER_REQUEST",
      ...more,
    });
  }

  async close(): Promise<void> {
    await this.engine.close();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** What an operation is to be refused with. */
export const refusal = (message: string | RegExp, code = "ValidationException") =>
  typeof message === "string"
    ? { name: code, message }
    : (error: Error) => error.name === code && message.test(error.message);
