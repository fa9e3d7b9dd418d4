import { buckets } from "./buckets.ts";
import type { Phase } from "./phase.ts";
import { readDoomed } from "./stack.ts";

/** What Pulumi has made. */
export const destroy: Phase = {
  name: "destroy",
  look: async ({ resources }) => {
    const made = resources.filter(({ id }) => id !== "");
    return made.length > 0 ? [`${made.length} resources, by pulumi destroy`] : [];
  },
  async run({ name, client, cli }) {
    try {
      await cli.destroy();
    } catch (error) {
      // An object of the stack's own that was there before its bucket kept versions leaves a marker as the provider deletes it.
      const left = await readDoomed(name, client, cli);
      if ((await buckets.look(left)).length === 0) throw error;
      await buckets.run(left);
      await cli.destroy();
    }
  },
};
