/** Values as text. */

/** `14:03:09.120`, in the reader's own time. */
export function timeText(at: number | Date | undefined): string {
  if (at === undefined) return "";
  const time = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/** With its day, where that is not today. */
export function dayAndTime(at: number | Date | undefined): string {
  if (at === undefined) return "";
  const time = new Date(at);
  const isToday = time.toDateString() === new Date().toDateString();
  return isToday ? timeText(time) : `${time.toLocaleDateString()} ${timeText(time).slice(0, 8)}`;
}

/** `24 ms`, `1.4 s`, `3 min 2 s` */
export function durationText(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) return "";
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `12.3 KB` */
export function bytesText(bytes: number | undefined): string {
  if (bytes === undefined) return "";
  const units = ["B", "KB", "MB", "GB", "TB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1_000 && unit < units.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

/** The last part of an ARN or URL: what its owner calls it. */
export function nameOf(arn: string | undefined): string {
  return arn?.split(/[:/]/).at(-1) ?? "";
}

/** Of a function's ARN, with a qualifier or without. */
export const functionName = (arn: string): string => arn.split(":")[6] ?? "";

/** JSON with two spaces, where it is JSON; otherwise as it is. */
export function pretty(text: string | undefined): string {
  if (text === undefined) return "";
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

export const plural = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** Whether every word of a search is in the text, whatever the case. */
export function matches(search: string, ...texts: (string | undefined)[]): boolean {
  if (search === "") return true;
  const text = texts.join(" ").toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
