/**
 * Schedule expressions of EventBridge rules and of EventBridge Scheduler: `rate(5 minutes)`, `cron(0 12 * * ? *)`,
 * `at(2026-01-31T12:00:00)`.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
import { Cron } from "croner";

export interface Schedule {
  kind: "rate" | "cron" | "at";
  /** The first time after `after` when it is due, in milliseconds; `undefined`: never again. */
  next(after: number): number | undefined;
}

export interface ScheduleOptions {
  /** Default UTC. */
  timezone?: string;
  /** Milliseconds since 1970 from which rates are counted. Default 0. */
  start?: number;
  /** Whether `1 minutes` and `5 minute` are rates, as in Scheduler; EventBridge rules require the grammatical form. */
  anyPlural?: boolean;
}

/** @throws Error saying what is wrong with the expression. */
export function parseSchedule(expression: string, options: ScheduleOptions = {}): Schedule {
  const { timezone = "UTC", start = 0, anyPlural = false } = options;
  const match = /^(rate|cron|at)\((.*)\)$/.exec(expression);
  if (!match) throw new Error(`"${expression}" is neither rate(...), cron(...) nor at(...)`);
  const [, kind, body = ""] = match;
  if (kind === "rate") return rate(body, start, anyPlural);
  return kind === "cron" ? cron(body, timezone) : at(body, timezone);
}

const units: Record<string, number> = { minute: 60_000, hour: 3600_000, day: 24 * 3600_000 };

/** Evenly, from its start on. */
function rate(body: string, start: number, anyPlural: boolean): Schedule {
  const match = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(body);
  const value = Number(match?.[1]);
  if (!match || (!anyPlural && (value === 1) !== (match[3] === ""))) {
    throw new Error(`"${body}" is not a rate such as "1 minute", "5 minutes", "2 hours" or "1 day"`);
  }
  const every = value * (units[match[2] as string] as number);
  return {
    kind: "rate",
    next: (after) => (after < start ? start : start + (Math.floor((after - start) / every) + 1) * every),
  };
}

/** Six fields: minutes, hours, day of month, month, day of week (1 is Sunday), year. */
function cron(body: string, timezone: string): Schedule {
  const fields = body.trim().split(/\s+/);
  const [, , dayOfMonth, , dayOfWeek] = fields;
  if (fields.length !== 6) throw new Error(`cron(${body}) has ${fields.length} fields; it needs six`);
  if ((dayOfMonth === "?") === (dayOfWeek === "?")) {
    throw new Error(`cron(${body}) must have "?" in exactly one of day-of-month and day-of-week`);
  }
  const pattern = ["0", ...fields.map((field) => (field === "?" ? "*" : lastWeekday(field)))].join(" ");
  // As in Quartz, which AWS follows: weekdays begin with 1, and `0/5` is a step.
  const options = { timezone, mode: "7-part", alternativeWeekdays: true, sloppyRanges: true, paused: true } as const;
  let job: Cron;
  try {
    job = new Cron(pattern, options);
    // An invalid time zone is only noticed here.
    job.nextRun();
  } catch (error) {
    throw new Error(`cron(${body}): ${(error as Error).message.replace(/^CronPattern: /, "")}`);
  }
  return {
    kind: "cron",
    // A local time skipped by daylight saving is left out, and one that occurs twice means the first of both:
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
    next(after) {
      let found = job.nextRun(new Date(after));
      while (found && !job.match(found)) found = job.nextRun(found);
      return found?.getTime();
    },
  };
}

/** `6L`, the last Friday, is written `6#L` for the library. */
const lastWeekday = (field: string): string => field.replace(/^(\d|[A-Z]{3})L$/i, "$1#L");

function at(body: string, timezone: string): Schedule {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body)) throw new Error(`at(${body}) is not at(yyyy-mm-ddThh:mm:ss)`);
  const once = new Cron(body, { timezone, paused: true });
  const time = once.nextRun(new Date(0))?.getTime();
  if (time === undefined) throw new Error(`at(${body}) is not a valid date and time`);
  return { kind: "at", next: (after) => (time > after ? time : undefined) };
}
