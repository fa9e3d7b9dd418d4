import { isDeepStrictEqual } from "node:util";
import {
  type Component,
  type Diff,
  type Invoke,
  isArchive,
  isAsset,
  PartlyMade,
  type Properties,
  type Registry,
  type ResourceContext,
  type ResourceProvider,
} from "../../../src/engine/provider.ts";

/**
 * A cloud of things, kept in memory: what the engine makes when it knows nothing of AWS.
 * `test:index:Thing` has inputs `size` (changes in place), `zone` and `name` (replace it; a given name is unique), `link`
 * and `secret` (any value); its outputs are the inputs, `label`, and `digest` of
 * a package that is its `link`. The first thing of a name has the id `NAME-1`.
 */
export class Things {
  readonly alive = new Map<string, Properties>();
  /** What was done, in order: `create a`, `update a`, `delete a`. */
  readonly done: string[] = [];
  /** Called before anything is done; may wait, or throw. */
  before: (verb: string, name: string, context: ResourceContext) => Promise<void> | void = () => {};
  readonly #made = new Map<string, number>();

  readonly provider: ResourceProvider = {
    check: (inputs) => {
      const failures =
        typeof inputs.size === "string"
          ? [{ property: "size", reason: `is "${inputs.size}"; it must be a number` }]
          : [];
      return { inputs: { colour: "grey", ...inputs }, failures };
    },
    diff: (before, after): Diff => {
      const keys = Object.keys({ ...before, ...after });
      const changes = keys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
      const replaces = changes.filter((key) => ["zone", "name"].includes(key));
      const unknownOutputs = [
        ...(changes.includes("size") ? ["label"] : []),
        ...(changes.includes("link") && digestOf(after) ? ["digest"] : []),
      ];
      const deleteBeforeReplace = before.name !== undefined && before.name === after.name;
      const expectedOutputs = { label: outputsOf(after).label };
      return { changes, replaces, deleteBeforeReplace, unknownOutputs, expectedOutputs };
    },
    create: async (inputs, context) => {
      await this.before("create", context.name, context);
      if (inputs.name && [...this.alive.values()].some(({ name }) => name === inputs.name)) {
        throw Object.assign(new Error(`there is a thing named ${inputs.name}`), { name: "Taken", code: "Taken" });
      }
      const count = (this.#made.get(context.name) ?? 0) + 1;
      this.#made.set(context.name, count);
      const id = `${context.name}-${count}`;
      this.done.push(`create ${context.name}`);
      this.alive.set(id, inputs);
      const made = { id, outputs: outputsOf(inputs) };
      if (inputs.broken) throw new PartlyMade(made, "it came up broken");
      return made;
    },
    update: async (id, _before, inputs, context) => {
      await this.before("update", context.name, context);
      this.done.push(`update ${context.name}`);
      this.alive.set(id, inputs);
      return { id, outputs: outputsOf(inputs) };
    },
    delete: async (id, _outputs, context) => {
      await this.before("delete", context.name, context);
      this.done.push(`delete ${context.name}`);
      this.alive.delete(id);
    },
    read: async (id) => {
      const inputs = this.alive.get(id);
      return inputs && { id, outputs: outputsOf(inputs) };
    },
  };

  /** Called for each provider that a run registers or uses. */
  configure: NonNullable<Registry["configure"]> = async () => {};

  readonly registry: Registry = {
    configure: (...given) => this.configure(...given),
    resources: new Map([["test:index:Thing", this.provider]]),
    invokes: new Map<string, Invoke>([
      ["test:index:double", async ({ value }) => ({ result: Number(value) * 2 })],
      [
        "test:index:settings",
        async (_args, { provider }) => ({ region: provider.region, owner: provider.defaultTags.owner ?? "nobody" }),
      ],
      [
        "test:index:refuse",
        async () => {
          throw new Error("this is refused");
        },
      ],
    ]),
    components: new Map<string, Component>([
      [
        "test:index:Pair",
        async ({ size }, { name, resource }) => {
          const left = await resource("test:index:Thing", `${name}-left`, { size });
          const right = await resource("test:index:Thing", `${name}-right`, { size }, [left.urn]);
          return { leftId: left.id, left: left.reference, sizes: [left.outputs.size, right.outputs.size] };
        },
      ],
    ]),
  };

  /** What was done since the last call. */
  news(): string[] {
    return this.done.splice(0);
  }
}

const digestOf = ({ link }: Properties): string | undefined =>
  isAsset(link) || isArchive(link) ? link.hash.slice(0, 8) : undefined;

function outputsOf(inputs: Properties): Properties {
  const digest = digestOf(inputs);
  return { ...inputs, label: `size ${inputs.size}`, ...(digest !== undefined && { digest }) };
}
