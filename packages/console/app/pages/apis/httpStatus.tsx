/** A status of HTTP, in its colour. */
import { Badge } from "../../ui/parts.tsx";

export const HttpStatus = ({ status }: { status: number }) => (
  <Badge tone={status >= 500 ? "bad" : status >= 400 ? "warn" : "good"}>{status}</Badge>
);
