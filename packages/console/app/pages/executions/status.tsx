/** How an execution's status looks. */
import { Badge, type Tone } from "../../ui/parts.tsx";

export const toneOf = (status: string | undefined): Tone =>
  (({ SUCCEEDED: "good", RUNNING: "busy", ABORTED: "warn", PENDING_REDRIVE: "warn" }) as Record<string, Tone>)[
    status ?? ""
  ] ?? "bad";

export const StatusBadge = ({ status = "" }: { status?: string | undefined }) => (
  <Badge tone={toneOf(status)}>{status.toLowerCase().replace("_", " ")}</Badge>
);
