/** Tries one state by itself, edited: Step Functions' TestState. */
import type { Output } from "local-aws/service";
import { useState } from "preact/hooks";
import { call } from "../../lib/api.ts";
import { Badge, Button, Facts, Field, Json } from "../../ui/parts.tsx";
import { graphOf } from "./definition.ts";

export interface TestFormProps {
  definition: string;
  /** ARN of the machine's role: with its rights the state runs. */
  role: string;
  state: string;
  input: string;
}

export function TestForm({ definition, role, state, input: given }: TestFormProps) {
  const [edited, setEdited] = useState(() =>
    JSON.stringify(graphOf(definition).nodes.find(({ id }) => id === state)?.state, null, 2),
  );
  const [input, setInput] = useState(given);
  const [result, setResult] = useState<Output<"states", "TestState">>();
  const run = async () => {
    const settings = { input, roleArn: role, inspectionLevel: "DEBUG" } as const;
    setResult(await call("states", "TestState", { definition: edited, ...settings }));
  };
  return (
    <details>
      <summary>Edit it and try it by itself</summary>
      <Field label="State" type="area" rows={10} value={edited} onInput={setEdited} />
      <Field label="Input" type="area" rows={5} value={input} onInput={setInput} />
      <div class="actions">
        <Button primary onPress={run}>
          Try
        </Button>
      </div>
      {result && (
        <>
          <Facts
            of={{
              Status: <Badge tone={result.status === "SUCCEEDED" ? "good" : "bad"}>{result.status}</Badge>,
              "Next state": result.nextState,
              Error: result.error,
            }}
          />
          <Json label="Cause" of={result.cause} />
          <Json label="Result" of={result.output} />
        </>
      )}
    </details>
  );
}
