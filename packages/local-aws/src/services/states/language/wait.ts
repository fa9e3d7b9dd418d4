import { timeOf } from "./choice.ts";
import { RuntimeError } from "./failure.ts";
import { type Running, shownValue } from "./running.ts";
import { evaluateReference } from "./template.ts";

/** In milliseconds, as AWS was seen to refuse: 2^31 seconds. */
const longest = 2 ** 31 * 1_000;

/** The Wait state. @throws RuntimeError */
export async function waitState(running: Running): Promise<void> {
  const { frame, place } = running;
  const { surroundings } = frame;
  const until = await end(running);
  if (until - Date.now() > longest) throw new RuntimeError("Wait state delay is too long.");
  await surroundings.waitUntil(
    surroundings.keep(`${place} until`, () => until),
    frame.signal,
  );
}

async function end(running: Running): Promise<number> {
  const { state } = running;
  if (state.Seconds !== undefined || state.SecondsPath !== undefined)
    return Date.now() + (await seconds(running)) * 1_000;
  if (state.TimestampPath !== undefined) {
    const value = evaluateReference(state.TimestampPath, running.scope(running.input));
    const time = timeOf(value);
    if (time !== undefined) return time;
    throw new RuntimeError(
      `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${state.TimestampPath} == ${shownValue(value)}`,
    );
  }
  const value = await running.valueOf("Timestamp");
  const time = timeOf(value);
  if (time !== undefined) return time;
  const cause = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${shownValue(value)}`;
  throw running.refusal("Timestamp", cause);
}

async function seconds(running: Running): Promise<number> {
  const { SecondsPath: path } = running.state;
  if (path === undefined) {
    const value = await running.valueOf("Seconds");
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    throw running.refusal("Seconds", `The Seconds field must be a non-negative integer, it is ${shownValue(value)}`);
  }
  let value: unknown;
  try {
    value = evaluateReference(path, running.scope(running.input));
  } catch {
    throw new RuntimeError(`The SecondsPath parameter does not reference an input value: ${path}`);
  }
  if (typeof value !== "number" || !Number.isInteger(value))
    throw new RuntimeError(
      `The SecondsPath parameter cannot be parsed as a long value: ${path} == ${shownValue(value)}`,
    );
  if (value < 0) throw new RuntimeError(`The SecondsPath parameter references a negative value: ${path} == ${value}`);
  return value;
}
