/** What the page shows: refused calls, or rights that no call has used. */
import { go } from "../../lib/router.ts";
import { Field } from "../../ui/parts.tsx";

export const ShownField = ({ shown }: { shown: "refused" | "unused" }) => (
  <Field
    label="Show"
    value={shown}
    onInput={(show) => go(["access"], show === "unused" ? { show } : {})}
    choices={{ refused: "refused calls", unused: "unused rights" }}
  />
);
