/** Invokes a function with an event, which is remembered for it. */
import { useState } from "preact/hooks";
import { call } from "../../lib/api.ts";
import { durationText } from "../../lib/text.ts";
import { Badge, Button, Facts, Field, Json } from "../../ui/parts.tsx";
import { samples } from "./samples.ts";

interface Result {
  failed: boolean;
  answer: string;
  log: string;
  milliseconds: number;
}

export function InvokeForm({ name }: { name: string }) {
  const stored = `console-event ${name}`;
  const [event, setEvent] = useState(localStorage.getItem(stored) ?? "{}");
  const [result, setResult] = useState<Result>();
  const invoke = async () => {
    JSON.parse(event);
    localStorage.setItem(stored, event);
    const started = performance.now();
    const { FunctionError, Payload, LogResult } = await call("lambda", "Invoke", {
      FunctionName: name,
      Payload: event,
      LogType: "Tail",
    });
    setResult({
      failed: FunctionError !== undefined,
      answer: Payload ? new TextDecoder().decode(Payload) : "",
      log: LogResult ? new TextDecoder().decode(Uint8Array.from(atob(LogResult), (one) => one.charCodeAt(0))) : "",
      milliseconds: performance.now() - started,
    });
  };
  const take = (sample: string) => {
    if (sample !== "") setEvent(JSON.stringify(samples[sample], null, 2));
  };
  return (
    <details>
      <summary>Invoke it</summary>
      <Field
        label="Begin with"
        value=""
        onInput={take}
        choices={{ "": "a sample of an event …", ...Object.fromEntries(Object.keys(samples).map((one) => [one, one])) }}
      />
      <Field label="Event, as JSON" type="area" rows={9} value={event} onInput={setEvent} />
      <div class="actions">
        <Button primary onPress={invoke}>
          Invoke
        </Button>
      </div>
      {result && (
        <>
          <Facts
            of={{
              Ended: <Badge tone={result.failed ? "bad" : "good"}>{result.failed ? "failed" : "well"}</Badge>,
              Took: durationText(result.milliseconds),
            }}
          />
          <Json label="Answer" of={result.answer} />
          <Json label="Log" of={result.log} />
        </>
      )}
    </details>
  );
}
