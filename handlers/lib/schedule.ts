/** Expressions of EventBridge Scheduler. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html */

interface CronField {
  name: string;
  from: number;
  to: number;
  names?: string[];
  /** What it takes besides numbers, ranges, steps and `*`. */
  special?: RegExp;
}

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const cronFields: CronField[] = [
  { name: "minutes", from: 0, to: 59 },
  { name: "hours", from: 0, to: 23 },
  { name: "day of month", from: 1, to: 31, special: /^(\?|LW?|([1-9]|[12]\d|3[01])W)$/ },
  { name: "month", from: 1, to: 12, names: months },
  { name: "day of week", from: 1, to: 7, names: weekdays, special: /^(\?|L|([1-7]|[A-Z]{3})(L|#[1-5]))$/ },
  { name: "year", from: 1970, to: 2199 },
];

/**
 * Why a schedule is none.
 * @param expression `rate(...)`, `cron(...)` or `at(...)`.
 * @param now milliseconds since 1970, for what is over already.
 * @returns what is allowed, as the end of a sentence; undefined when nothing is wrong.
 */
export function scheduleFlaw(expression: string, now: number): string | undefined {
  const [, kind, body = ""] = /^(rate|cron|at)\(([^()]{1,200})\)$/.exec(expression) ?? [];
  switch (kind) {
    case "rate":
      return /^[1-9]\d{0,8} (minute|hour|day)s?$/.test(body)
        ? undefined
        : "rate(VALUE UNIT) with a whole number above 0 and minutes, hours or days";
    case "at":
      return atFlaw(body, now);
    case "cron":
      return cronFlaw(body);
    default:
      return "rate(1 day), cron(0 6 * * ? *) or at(2030-01-31T06:00:00), for example";
  }
}

/** Whether it is a time zone of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    // Offsets, which Intl takes, are none of Scheduler's.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

function atFlaw(body: string, now: number): string | undefined {
  const time = Date.parse(`${body}Z`);
  const isMoment =
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(body) &&
    !Number.isNaN(time) &&
    new Date(time).toISOString().startsWith(body);
  if (!isMoment) return "at(yyyy-mm-ddThh:mm:ss) with a moment of the calendar";
  // Whatever the zone: none is further from UTC.
  return time > now - 15 * 3_600_000 ? undefined : "a moment that is yet to come";
}

function cronFlaw(body: string): string | undefined {
  const fields = body.split(/\s+/);
  if (fields.length !== cronFields.length) {
    return `cron(...) with six fields: ${cronFields.map(({ name }) => name).join(", ")}`;
  }
  const wrong = cronFields.find((field, index) => !isCronField(fields[index]!.toUpperCase(), field));
  if (wrong) return `cron(...) whose ${wrong.name} is of ${wrong.from} to ${wrong.to}, lists, ranges, steps or *`;
  return (fields[2] === "?") === (fields[4] === "?")
    ? "cron(...) with ? in exactly one of day of month and day of week"
    : undefined;
}

const isCronField = (text: string, field: CronField): boolean =>
  text.split(",").every((part) => field.special?.test(part) || isCronPart(part, field));

/** `*`, a number, a range, each with a step or without. */
function isCronPart(part: string, { from, to, names = [] }: CronField): boolean {
  const [range = "", step, ...more] = part.split("/");
  if (more.length > 0 || (step !== undefined && !(/^\d{1,4}$/.test(step) && Number(step) > 0))) return false;
  if (range === "*") return true;
  const bounds = range.split("-");
  return (
    bounds.length <= 2 &&
    bounds.every((bound) => {
      const number = names.includes(bound) ? names.indexOf(bound) + 1 : /^\d{1,4}$/.test(bound) ? Number(bound) : -1;
      return number >= from && number <= to;
    })
  );
}
