/** The last calls of routes: each leads to all that was sent and answered. */
import type { Of } from "../../lib/activity.ts";
import { hrefOf } from "../../lib/router.ts";
import { durationText, functionName, timeText } from "../../lib/text.ts";
import { Empty, Section } from "../../ui/parts.tsx";
import { HttpStatus } from "./httpStatus.tsx";

export interface RequestsProps {
  requests: Of<"request">[];
  title: string;
  /** Id of the route that is shown with them. */
  route?: string;
}

/** How many are shown. */
const most = 30;

export function Requests({ requests, title, route }: RequestsProps) {
  return (
    <Section title={title}>
      {requests.length === 0 && <Empty>No route was called since the start.</Empty>}
      <table class="grid">
        <tbody>
          {requests.slice(0, most).map((request) => {
            const { at, method, path, status, milliseconds, function: by, message, api, requestId } = request;
            const called = `${method} ${path}`;
            return (
              <tr key={`${at} ${requestId}`}>
                <td class="number">{timeText(at)}</td>
                <td>
                  <HttpStatus status={status} />
                </td>
                <td class="mono">
                  {api && requestId ? (
                    <a href={hrefOf(["apis", "call", api, requestId], { route })}>{called}</a>
                  ) : (
                    called
                  )}
                  {message && <div class="soft">{message}</div>}
                </td>
                <td class="number">{durationText(milliseconds)}</td>
                <td class="wide">{by && <a href={hrefOf(["functions", functionName(by)])}>{functionName(by)}</a>}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Section>
  );
}
