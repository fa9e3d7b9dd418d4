/** What pages are made of. */
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import type { Refused } from "../lib/api.ts";
import { pretty } from "../lib/text.ts";

export type Tone = "good" | "bad" | "busy" | "warn" | "plain";

/** A status, in a word and a colour. */
export const Badge = ({ tone = "plain", children }: { tone?: Tone; children: ComponentChildren }) => (
  <span class={`badge ${tone}`}>{children}</span>
);

export interface ButtonProps {
  /** Shown as failed where it throws, and as busy meanwhile. */
  onPress(): unknown;
  children: ComponentChildren;
  /** Default: false. */
  primary?: boolean;
  /** Default: false. */
  danger?: boolean;
  disabled?: boolean;
}

/** A button that is busy as long as what it does, and says why that failed. */
export function Button({ onPress, children, primary, danger, disabled }: ButtonProps) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error>();
  const press = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onPress();
    } catch (caught) {
      setError(caught as Error);
    }
    setBusy(false);
  };
  return (
    <>
      <button
        type="button"
        class={primary ? "primary" : danger ? "danger" : ""}
        disabled={disabled || busy}
        aria-busy={busy}
        onClick={press}
      >
        {children}
      </button>
      {error && <Failure error={error} />}
    </>
  );
}

export const Failure = ({ error }: { error: Error }) => (
  <p class="failure" role="alert">
    {(error as Refused).code ? <b>{(error as Refused).code}: </b> : null}
    {error.message}
  </p>
);

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;
export const Waiting = () => <p class="empty">Reading …</p>;

/** Names and values; what is undefined is left out. */
export const Facts = ({ of }: { of: Record<string, ComponentChildren> }) => (
  <dl class="facts">
    {Object.entries(of)
      .filter(([, value]) => value !== undefined && value !== "" && value !== false)
      .map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
  </dl>
);

/** A document, to be read and copied. @param of text of JSON, or a value. */
export function Json({ of, label }: { of: unknown; label: string }) {
  const text = typeof of === "string" ? pretty(of) : JSON.stringify(of, null, 2);
  const [copied, setCopied] = useState(false);
  if (of === undefined || text === "") return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <figure class="json">
      <figcaption>
        {label}
        <button type="button" class="quiet" onClick={copy} aria-label={`Copy ${label}`}>
          {copied ? "Copied" : "Copy"}
        </button>
      </figcaption>
      {/* A reader with a keyboard scrolls it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above. */}
      <pre tabIndex={0}>{text}</pre>
    </figure>
  );
}

export const Section = ({ title, children }: { title: ComponentChildren; children: ComponentChildren }) => (
  <section class="part">
    <h2>{title}</h2>
    {children}
  </section>
);

export interface CheckProps {
  label: string;
  value: boolean;
  onChange(value: boolean): void;
}

/** A box to be ticked. */
export const Check = ({ label, value, onChange }: CheckProps) => (
  <label class="check">
    <input type="checkbox" checked={value} onChange={() => onChange(!value)} />
    {label}
  </label>
);

export interface FieldProps {
  label: string;
  value: string;
  onInput(value: string): void;
  /** Default `text`. */
  type?: "text" | "search" | "area";
  /** Choices instead of text, by value. */
  choices?: Record<string, string>;
  /** Shown in an empty field. */
  hint?: string;
  /** Of an area. Default 6. */
  rows?: number;
}

/** A labelled field. */
export function Field({ label, value, onInput, type = "text", choices, hint, rows = 6 }: FieldProps) {
  const id = useId();
  const common = { id, value, "aria-label": label };
  const input = (event: Event) => onInput((event.target as HTMLInputElement).value);
  return (
    <label class={`field ${type}`} for={id}>
      <span>{label}</span>
      {choices ? (
        <select {...common} onChange={input}>
          {Object.entries(choices).map(([choice, text]) => (
            <option key={choice} value={choice}>
              {text}
            </option>
          ))}
        </select>
      ) : type === "area" ? (
        <textarea {...common} rows={rows} spellcheck={false} placeholder={hint} onInput={input} />
      ) : (
        <input
          {...common}
          type={type as "search"}
          placeholder={hint}
          spellcheck={false}
          autocomplete="off"
          onInput={input}
        />
      )}
    </label>
  );
}
