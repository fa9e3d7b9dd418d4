import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import type { Cloud } from "../../../../src/service.ts";
import { newAttributes } from "../../../../src/services/sqs/attributes.ts";
import { Engine } from "../../../../src/services/sqs/engine.ts";
import { take } from "../../../../src/services/sqs/messages/take.ts";
import type { Message } from "../../../../src/services/sqs/storage/messages.ts";
import { newQueue, type Queue } from "../../../../src/services/sqs/storage/queues.ts";
import { Store } from "../../../../src/store.ts";
import { Wakes } from "../../../../src/wakes.ts";
import { QueueModel } from "../model.ts";

type Step =
  | { kind: "send"; group: string; delay: number }
  | { kind: "receive"; most: number; timeout: number }
  | { kind: "delete" | "show"; which: number }
  | { kind: "wait"; time: number };

const which = fc.nat(20);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("send"),
      group: fc.constantFrom("a", "b", "c"),
      delay: fc.constantFrom(0, 0, 0, 2),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("receive"),
      most: fc.integer({ min: 1, max: 10 }),
      timeout: fc.constantFrom(0, 0, 1, 3),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete"), which }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("show"), which }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait"), time: fc.integer({ min: 1, max: 4 }) }) },
);

const longAgo = 1_000_000_000_000;

describe("what a receive of SQS gets", () => {
  let directory: string;
  let store: Store;
  let engine: Engine;
  /** What the engine asks of SQLite. */
  const statements = new Set<string>();
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "queues-"));
    store = new Store(directory);
    const prepare = store.prepare.bind(store);
    store.prepare = (sql) => {
      statements.add(sql);
      return prepare(sql);
    };
    engine = new Engine({ store, region: "us-east-1", accountId: "000000000000", directory } as Cloud, new Wakes());
  });
  after(() => {
    engine.sweeper.stop();
    store.close();
    rmSync(directory, { recursive: true });
  });

  const queue = (suffix: string, fifo: boolean, attributes: Record<string, string>): Queue => {
    const pool = engine.pools.create();
    const name = `${suffix}-${pool}${fifo ? ".fifo" : ""}`;
    const all = newAttributes({ ...(fifo && { FifoQueue: "true" }), MessageRetentionPeriod: "1209600", ...attributes });
    const made = newQueue(name, pool, { attributes: all, tags: {} });
    engine.queues.put(made);
    return made;
  };

  for (const fifo of [true, false]) {
    it(`is what AWS's documents say, of a ${fifo ? "FIFO" : "standard"} queue`, () =>
      fc.assert(
        fc.property(
          fc.array(step, { maxLength: 60, size: "max" }),
          fc.integer({ min: 1, max: 3 }),
          (steps, maxReceiveCount) => {
            const dead = queue("dead", fifo, {});
            const deadLetterTargetArn = engine.queues.arn(dead.name);
            const own = queue("own", fifo, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) });
            const model = new QueueModel(maxReceiveCount);
            let now = longAgo;
            let body = 0;
            const find = (text: string) =>
              store.database.prepare("SELECT * FROM sqs_messages WHERE pool = ? AND body = ?").get(own.pool, text) as
                | Message
                | undefined;
            for (const one of steps) {
              // Two messages never become visible in the same moment, of which documents say nothing.
              now += 10_000;
              if (one.kind === "send") {
                const group = fifo ? one.group : "";
                const visible = now + one.delay * 100_000;
                model.send(body, group, visible);
                engine.messages.add(own, {
                  message: String(body),
                  body: String(body++),
                  sent: now,
                  visible,
                  receives: 0,
                  received: null,
                  grp: fifo ? group : null,
                  details: { digest: "", sender: "" },
                });
              } else if (one.kind === "receive") {
                const timeout = one.timeout * 100;
                const { taken } = engine.atOnce(() => take(engine, own, one.most, timeout, now));
                assert.deepEqual(
                  taken.map(({ message }) => Number(message.body)),
                  model.receive(one.most, now, timeout * 1000),
                );
              } else if (one.kind === "wait") now += one.time * 100_000;
              else {
                const message = find(String(one.which));
                if (one.kind === "delete") {
                  model.delete(one.which);
                  if (message) engine.messages.remove(message);
                } else {
                  model.change(one.which, now);
                  if (message) engine.messages.show(message, now);
                }
              }
              assert.deepEqual(engine.messages.counts(own.pool, now), model.counts(now));
            }
            assert.equal(engine.messages.counts(dead.pool, now).visible, model.dead.length);
          },
        ),
        { numRuns: 300 },
      ));
  }

  it("is looked up, never searched, as is all else that is done with messages", () => {
    engine.sweeper.sweep(longAgo);
    const texts = [...statements].filter((sql) => /sqs_messages/.test(sql) && !/^INSERT/.test(sql));
    assert.ok(texts.length > 8, texts.join("\n"));
    for (const sql of texts) {
      const plan = store.database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
      const steps = plan.map(({ detail }) => String(detail));
      assert.deepEqual(
        steps.filter((one) => /^SCAN|TEMP B-TREE/.test(one)),
        [],
        sql,
      );
    }
  });
});
