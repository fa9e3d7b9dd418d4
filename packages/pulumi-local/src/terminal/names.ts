/** Names as the program gives them, for those that AWS has: `iris-ingest` for `iris-ingest-254ce88`. */
import type { StackResource } from "../engine/index.ts";
import { nameOf } from "../engine/urn.ts";

/** Words of an ARN that are no names: the kinds of what it names, and versions. */
const kinds =
  /^(function|table|stream|stateMachine|execution|express|rule|role|user|schedule|topic|event-bus|\$LATEST|\d+)$/;

export class Names {
  #known = new Map<string, string>();
  /** What was asked for: there are few functions, and each has many requests. */
  readonly #asked = new Map<string, string>();

  /** @param resources of the stack as it is now: those before are forgotten. */
  learn(resources: readonly Pick<StackResource, "urn" | "id" | "outputs">[]): void {
    this.#asked.clear();
    this.#known = new Map(
      resources.flatMap(({ urn, id, outputs }) => {
        const name = nameOf(urn);
        const own = [id, outputs.name, outputs.arn].filter(
          (one): one is string => typeof one === "string" && one !== "",
        );
        return own.map((one) => [lastPart(one), name] as const);
      }),
    );
  }

  /** @param text an ARN, or a name or id that AWS has. */
  of(text: string): string {
    const asked = this.#asked.get(text);
    if (asked !== undefined) return asked;
    const name = this.#find(text);
    if (this.#asked.size >= 1_000) this.#asked.clear();
    this.#asked.set(text, name);
    return name;
  }

  #find(text: string): string {
    const parts = partsOf(text);
    const known = parts.find((part) => this.#known.has(part));
    return known === undefined ? (parts[0] ?? text) : (this.#known.get(known) as string);
  }
}

const lastPart = (text: string): string => text.split(/[:/]/).at(-1) as string;

/** What may be a name in an ARN, first the likeliest. */
function partsOf(text: string): string[] {
  if (!text.startsWith("arn:")) return [text];
  const parts = text
    .split(":")
    .slice(5)
    .join("/")
    .split("/")
    .filter((part) => part !== "" && !kinds.test(part));
  return parts.length > 0 ? parts : [text];
}
