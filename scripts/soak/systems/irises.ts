import { output } from "../../lib/stack.ts";
import type { Posted } from "../ledger.ts";
import type { Chance } from "../random.ts";
import type { World } from "../world.ts";
import { type Load, patiently } from "./load.ts";

/** Measurements in, species out; some are sent twice, as by clients that lost an answer. */
export const irises: Load = {
  name: "irises",
  pause: 500,
  clients: 2,
  async step(world, chance) {
    const { stack, ledger, measures } = world;
    const url = output(stack, "irisUrl");
    const accepted = ledger.posted.filter(({ id }) => id !== undefined);
    if (accepted.length > 0 && chance.happens(0.2)) return again(world, chance.one(accepted));
    if (accepted.length > 0 && chance.happens(0.2)) {
      const { id } = chance.one(accepted);
      const answer = await measures.timed("latency read iris", () => patiently(() => fetch(`${url}/${id}`)));
      const isThere = answer.status !== 404 || isQueued(world);
      ledger.expect("answers are right", isThere, () => `iris ${id} was accepted, and is not found`);
      return;
    }
    const number = ledger.posted.length;
    const posted: Posted = { number, record: measurement(number, chance) };
    ledger.posted.push(posted);
    const answer = await measures.timed("latency post iris", () => post(url, posted));
    if (answer.ok) posted.id = ((await answer.json()) as { id: string }).id;
  },
};

const post = (url: string, { record, number }: Posted) =>
  patiently(() => fetch(url, { method: "POST", body: JSON.stringify({ ...record, soak: number }) }));

/** Where a queue takes the irises, they are in the table only when containers have predicted them. */
const isQueued = ({ config }: World): boolean => config.includes("irisCompute=fargate");

async function again(world: World, posted: Posted): Promise<void> {
  const { stack, ledger } = world;
  const answer = await post(output(stack, "irisUrl"), posted);
  if (!answer.ok) return;
  const { id } = (await answer.json()) as { id: string };
  ledger.expect(
    "answers are right",
    (answer.status === 200 || isQueued(world)) && id === posted.id,
    () => `iris ${posted.id} was posted again, and answered ${answer.status} ${id}`,
  );
}

/** One that no other has. */
const measurement = (number: number, chance: Chance): Record<string, number> => ({
  sepal_length: 4 + number / 100_000,
  sepal_width: chance.between(20, 40) / 10,
  petal_length: chance.between(10, 60) / 10,
  petal_width: chance.between(1, 25) / 10,
});
