/** A list of which only what is seen is drawn: a hundred thousand rows scroll as ten do. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Column<Item> {
  title: string;
  /** Of a CSS grid: `10em`, `1fr`. */
  width: string;
  cell(item: Item): ComponentChildren;
  /** Left out on a narrow screen. Default: false. */
  wide?: boolean;
}

export interface ListProps<Item> {
  /** For a screen reader. */
  label: string;
  items: readonly Item[];
  columns: Column<Item>[];
  id(item: Item): string;
  /** Of the item that is chosen. */
  chosen?: string;
  onChoose?(item: Item): void;
  /** Of a row, in addition. */
  tone?(item: Item): string;
  /** Stays at the end as rows are added, unless the reader has scrolled away from it. Default: false. */
  follow?: boolean;
  /** Shown instead of no rows. */
  empty: ComponentChildren;
}

/** Pixels; the style sheet's. */
const rowHeight = 30;
const beyond = 12;
/** Pixels of a list that has no place for all columns. */
const narrow = 560;

export function List<Item>(props: ListProps<Item>) {
  const { label, items, id, chosen, onChoose, tone, follow = false, empty } = props;
  const [isNarrow, setNarrow] = useState(false);
  const columns = isNarrow ? props.columns.filter(({ wide }) => !wide) : props.columns;
  const base = useId();
  const frame = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const [active, setActive] = useState<number>();
  const following = useRef(follow);
  const look = () => {
    if (!frame.current) return;
    const { scrollTop, clientHeight, scrollHeight } = frame.current;
    following.current = follow && scrollTop + clientHeight >= scrollHeight - rowHeight;
    setNarrow(frame.current.clientWidth < narrow);
    setSeen((old) =>
      old.top === scrollTop && old.height === clientHeight ? old : { top: scrollTop, height: clientHeight },
    );
  };
  const isEmpty = items.length === 0;
  // Without rows there is no frame to look at.
  useLayoutEffect(() => {
    if (!frame.current) return;
    if (following.current) frame.current.scrollTop = frame.current.scrollHeight;
    look();
    const observer = new ResizeObserver(look);
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, [isEmpty]);
  useLayoutEffect(() => {
    if (following.current && frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, [items.length, items.at(-1)]);

  const from = Math.max(0, Math.floor(seen.top / rowHeight) - beyond);
  const to = Math.min(items.length, Math.ceil((seen.top + seen.height) / rowHeight) + beyond);
  const template = { gridTemplateColumns: columns.map(({ width }) => width).join(" ") };
  const move = (index: number) => {
    const next = Math.max(0, Math.min(items.length - 1, index));
    setActive(next);
    const { scrollTop, clientHeight } = frame.current!;
    if (next * rowHeight < scrollTop) frame.current!.scrollTop = next * rowHeight;
    else if ((next + 1) * rowHeight > scrollTop + clientHeight) {
      frame.current!.scrollTop = (next + 1) * rowHeight - clientHeight;
    }
  };
  const press = (event: KeyboardEvent) => {
    const at = active ?? items.findIndex((item) => id(item) === chosen);
    const page = Math.floor(seen.height / rowHeight);
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: items.length - 1,
    };
    const target = moves[event.key];
    if (target !== undefined) move(target);
    else if ((event.key === "Enter" || event.key === " ") && items[at]) onChoose?.(items[at]);
    else return;
    event.preventDefault();
  };
  if (isEmpty) {
    return (
      <div class="table">
        <p class="empty">{empty}</p>
      </div>
    );
  }
  return (
    <div class="table">
      <div class="titles" style={template} aria-hidden="true">
        {columns.map(({ title }) => (
          <span key={title}>{title}</span>
        ))}
      </div>
      <div
        ref={frame}
        class="rows"
        role="listbox"
        tabIndex={0}
        aria-label={label}
        aria-activedescendant={active !== undefined && items[active] ? `${base}-${active}` : undefined}
        onScroll={look}
        onKeyDown={press}
      >
        <div role="presentation" style={{ height: `${items.length * rowHeight}px` }}>
          {items.slice(from, to).map((item, offset) => {
            const index = from + offset;
            const isChosen = id(item) === chosen;
            return (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the list box has the keys.
              // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus.
              <div
                key={id(item)}
                id={`${base}-${index}`}
                role="option"
                aria-selected={isChosen}
                aria-posinset={index + 1}
                aria-setsize={items.length}
                class={`row ${isChosen ? "chosen" : ""} ${index === active ? "active" : ""} ${tone?.(item) ?? ""}`}
                style={{ ...template, top: `${index * rowHeight}px` }}
                onClick={() => {
                  setActive(index);
                  onChoose?.(item);
                }}
              >
                {columns.map(({ title, cell }) => (
                  <span key={title}>{cell(item)}</span>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
