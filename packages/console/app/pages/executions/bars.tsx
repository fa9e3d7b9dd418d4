/** When each state began and how long it took, as bars. */
import { durationText } from "../../lib/text.ts";
import { Section } from "../../ui/parts.tsx";
import { outcomeOf, type Visit } from "./history.ts";

export interface BarsProps {
  visits: Visit[];
  /** Milliseconds since 1970. */
  end: number;
  /** Of the execution. */
  status: string;
  onChoose(state: string): void;
}

/** As many as are of use to look at. */
const most = 300;

export function Bars({ visits, end, status, onChoose }: BarsProps) {
  const first = visits[0]?.entered ?? 0;
  const span = Math.max(1, end - first);
  return (
    <Section title="Time">
      <ol class="bars">
        {visits.slice(0, most).map((visit) => {
          const left = ((visit.entered - first) / span) * 100;
          const took = (visit.left ?? end) - visit.entered;
          return (
            <li key={visit.id}>
              <button type="button" onClick={() => onChoose(visit.name)}>
                <span>{visit.name}</span>
                <span class="track" aria-hidden="true">
                  <span
                    class={`bar-of ${outcomeOf([visit], status)}`}
                    style={{ left: `${left}%`, width: `${Math.max(0.6, (took / span) * 100)}%` }}
                  />
                </span>
                <span class="number">{durationText(took)}</span>
              </button>
            </li>
          );
        })}
      </ol>
      {visits.length > most && <p class="empty">and {visits.length - most} more</p>}
    </Section>
  );
}
