/** Starts an execution with an input, which is remembered for the machine. */
import { useState } from "preact/hooks";
import { call } from "../../lib/api.ts";
import { go } from "../../lib/router.ts";
import { Button, Field } from "../../ui/parts.tsx";

export function StartForm({ machine }: { machine: string }) {
  const stored = `console-input ${machine}`;
  const [input, setInput] = useState(localStorage.getItem(stored) ?? "{}");
  const [name, setName] = useState("");
  const start = async () => {
    JSON.parse(input);
    localStorage.setItem(stored, input);
    const { executionArn } = await call("states", "StartExecution", {
      stateMachineArn: machine,
      input,
      ...(name !== "" && { name }),
    });
    go(["executions", executionArn as string], { machine });
  };
  return (
    <>
      <Field label="Input, as JSON" type="area" rows={14} value={input} onInput={setInput} />
      <Field label="Name" value={name} onInput={setName} hint="one is made up" />
      <div class="actions">
        <Button primary onPress={start}>
          Start
        </Button>
      </div>
    </>
  );
}
