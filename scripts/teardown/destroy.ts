import type { Phase } from "./phase.ts";

/** What Pulumi has made. */
export const destroy: Phase = {
  name: "destroy",
  look: async ({ resources }) => {
    const made = resources.filter(({ id }) => id !== "");
    return made.length > 0 ? [`${made.length} resources, by pulumi destroy`] : [];
  },
  run: ({ cli }) => cli.destroy(),
};
