import * as z from "zod/mini";

/** As a message shows it: short, on one line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "not given";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** The message of a field that is wrong: its value, and what is allowed. */
const allowed = (text: string) => ({
  error: ({ input }: { input?: unknown }) => `is ${shown(input)}; allowed is ${text}`,
});

/**
 * Fields of a request, each with a message that says its value and what is allowed. What is wrong in an array is the
 * array's fault: its message names the whole.
 */
export const field = {
  /** @param longest characters. */
  text: (pattern: RegExp, longest: number, text: string) =>
    z.string(allowed(text)).check(z.maxLength(longest, allowed(text)), z.regex(pattern, allowed(text))),
  integer: (from: number, to: number) => {
    const message = allowed(`a whole number from ${from} to ${to}`);
    return z.number(message).check(z.int(message), z.gte(from, message), z.lte(to, message));
  },
  /** @param permitted whether it may be true. */
  flag: (permitted = true, why = "") =>
    z.boolean(allowed("true or false")).check(z.refine((value) => permitted || !value, allowed(why))),
  oneOf: (values: readonly string[]) => z.enum(values as [string, ...string[]], allowed(`one of ${values.join(", ")}`)),
  /** @param fits whether one of them is right. */
  texts: (fits: (text: string) => boolean, most: number, text: string) =>
    z.custom<string[]>(
      (value) =>
        Array.isArray(value) && value.length <= most && value.every((one) => typeof one === "string" && fits(one)),
      allowed(text),
    ),
};

/** An object of exactly these fields: another one is a mistyped one. */
export const strict = <Shape extends Record<string, z.ZodMiniType>>(shape: Shape) =>
  z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `${issue.keys[0]}: is no field; allowed is ${Object.keys(shape).join(", ")}`
        : `the body is ${shown(issue.input)}; allowed is an object`,
  });
