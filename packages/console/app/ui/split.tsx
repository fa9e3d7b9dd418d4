/** A list, and beside it what is chosen in it; on a narrow screen one at a time. */
import type { ComponentChildren } from "preact";

export interface SplitProps {
  list: ComponentChildren;
  /** None: nothing is chosen. */
  detail?: ComponentChildren;
  /** Where it goes back to. */
  back: string;
  /** What is chosen takes the place of the list, on a wide screen, too. Default: false. */
  whole?: boolean;
  /** Heading of what is chosen. */
  title?: ComponentChildren;
}

export const Split = ({ list, detail, back, title, whole }: SplitProps) => (
  <div class={`split ${detail ? "chosen" : ""} ${whole ? "whole" : ""}`}>
    <div class="list">{list}</div>
    {detail && (
      <article class="detail">
        <header>
          <h2>{title}</h2>
          <a class="close" href={back}>
            <span aria-hidden="true">✕</span>
            <span class="unseen">Close</span>
          </a>
        </header>
        {detail}
      </article>
    )}
  </div>
);
