import { setTimeout as sleep } from "node:timers/promises";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { SnowflakeClient } from "../../lib/snowflake/client.ts";
import { findFunction } from "../../lib/snowflake/functions.ts";
import { output } from "../../lib/stack.ts";
import type { World } from "../world.ts";
import type { Load } from "./load.ts";

const model = "soak";
const users = 20;
const items = 31;
let snowflake: SnowflakeClient;
let modelUrl = "";

const call = async (name: string, rows: string[][]): Promise<unknown[]> => snowflake.call(findFunction(name), rows);

async function reaches(name: string, wanted: string): Promise<Record<string, unknown>> {
  let found: Record<string, unknown> = {};
  for (let tries = 0; tries < 240 && found.status !== "Failed"; tries++) {
    const [answer] = await call("model_status", [[name]]);
    found = Object(answer);
    if (found.status === wanted) return found;
    await sleep(500);
  }
  throw new Error(`${name} is not ${wanted}: ${JSON.stringify(found)}`);
}

/** Another model, which comes and goes. */
export const otherModel = "soak-other";

export const models: Load = {
  name: "models",
  pause: 15_000,
  async step({ ledger }) {
    const wanted = !ledger.model.wanted;
    ledger.model = { wanted, accepted: false };
    const [answer] = wanted
      ? await call("deploy_model", [[otherModel, modelUrl]])
      : await call("undeploy_model", [[otherModel]]);
    const { status, error } = Object(answer) as { status?: string; error?: string };
    // An object that says why is a refusal: it is being made, or removed.
    ledger.model.accepted = error === undefined && (wanted ? typeof answer === "string" : status !== undefined);
  },
};

/** Snowflake: trains now and then, and asks a deployed model all the time. */
export const ratings: Load = {
  name: "ratings",
  pause: 2_500,
  async prepare({ stack, clients, ledger }: World) {
    const lines = Array.from({ length: 400 }, (_, at) => `${at % users},${(at * 7) % items},${1 + (at % 5)}`);
    const Body = ["userid,movieid,rating", ...lines].join("\n");
    const Bucket = output(stack, "recommenderBucketName");
    await clients.s3.send(new PutObjectCommand({ Bucket, Key: "training/soak/data.csv", Body }));
    snowflake = await SnowflakeClient.open(stack, {});
    const [job] = (await call("train_and_get_recommendations", [["soak", "soak_first"]])) as [string];
    ledger.trainingsAsked++;
    ledger.trainings.add(job);
    modelUrl = String((await reaches(job, "Completed")).model_url);
    await call("deploy_model", [[model, modelUrl]]);
    await reaches(model, "InService");
  },
  async step({ ledger, measures }, chance) {
    if (chance.happens(0.06)) {
      const table = `soak_${ledger.trainingsAsked++}`;
      const [job] = await call("train_and_get_recommendations", [["soak", table]]);
      // An object says why there is none.
      if (typeof job === "string") ledger.trainings.add(job);
      return;
    }
    if (chance.happens(0.1)) {
      await call("deploy_model", [[model, modelUrl]]);
      return;
    }
    const rows = Array.from({ length: chance.between(1, 5) }, () => [
      ...[model, String(chance.between(0, users - 1)), String(chance.between(0, items - 1))],
    ]);
    const answers = await measures.timed("latency invoke", () => call("invoke_model", rows));
    for (const [at, [, user, item]] of rows.entries()) {
      const rating = answers[at];
      if (typeof rating !== "number") continue;
      const pair = `${user},${item}`;
      const before = ledger.ratings.get(pair) ?? rating;
      ledger.ratings.set(pair, before);
      ledger.expect("answers are right", rating === before, () => `${pair} was rated ${before}, and then ${rating}`);
    }
  },
};
