/** Calls a route, and shows its answer. */
import type { Received } from "local-aws/console";
import { useState } from "preact/hooks";
import { send } from "../../lib/api.ts";
import { durationText } from "../../lib/text.ts";
import { Button, Check, Facts, Field, Json } from "../../ui/parts.tsx";
import { HttpStatus } from "./httpStatus.tsx";
import type { ApiRoute } from "./routes.ts";

export function CallForm({ route }: { route: ApiRoute }) {
  const { method: allowed, path, base, authorization, apiKey, target, example } = route;
  const names = [...path.matchAll(/\{(\w+)\+?\}/g)].map(([, name]) => name as string);
  const stored = `console-call ${allowed} ${path}`;
  const [method, setMethod] = useState(allowed === "ANY" ? "GET" : allowed);
  const [values, setValues] = useState<Record<string, string>>({});
  const [query, setQuery] = useState("");
  const [body, setBody] = useState(localStorage.getItem(stored) ?? example ?? "");
  const [headers, setHeaders] = useState(method === "GET" ? "" : "content-type: application/json");
  const [signed, setSigned] = useState(authorization === "AWS_IAM");
  const [answer, setAnswer] = useState<Received>();
  const takesBody = !/^(GET|HEAD|DELETE)$/.test(method);
  const call = async () => {
    const filled = path.replace(/\{(\w+)(\+?)\}/g, (_, name: string, rest: string) => {
      const value = values[name] ?? "";
      if (value === "") throw new Error(`${name} of the path is empty`);
      return rest ? encodeURI(value) : encodeURIComponent(value);
    });
    if (takesBody) localStorage.setItem(stored, body);
    const search = query === "" ? "" : `?${query.replace(/^\?/, "")}`;
    setAnswer(
      await send({
        method,
        path: `${base}${filled}${search}`,
        headers: Object.fromEntries(
          headers
            .split("\n")
            .map((line) => line.split(/:\s*(.*)/s).slice(0, 2))
            .filter(([name]) => name?.trim()),
        ),
        signed,
        ...(takesBody && { body }),
      }),
    );
  };
  if (base === undefined) return <p class="empty">Its API has no stage yet, so nobody can call it.</p>;
  return (
    <>
      <Facts
        of={{ API: route.api.name, "Who may": authorization, "API key": apiKey && "needed", "Behind it": target }}
      />
      <div class="bar">
        {allowed === "ANY" && (
          <Field
            label="Method"
            value={method}
            onInput={setMethod}
            choices={Object.fromEntries(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"].map((one) => [one, one]))}
          />
        )}
        {names.map((name) => (
          <Field
            key={name}
            label={name}
            value={values[name] ?? ""}
            onInput={(text) => setValues({ ...values, [name]: text })}
          />
        ))}
        <Field label="Query" value={query} onInput={setQuery} hint="limit=10&order=desc" />
      </div>
      {takesBody && <Field label="Body" type="area" rows={7} value={body} onInput={setBody} />}
      <Field
        label="Headers, one a line"
        type="area"
        rows={2}
        value={headers}
        onInput={setHeaders}
        hint="x-api-key: …"
      />
      <div class="actions">
        <Button primary onPress={call}>
          Call
        </Button>
        <Check label="signed, as the account's root" value={signed} onChange={setSigned} />
      </div>
      {answer && (
        <>
          <Facts
            of={{
              Status: <HttpStatus status={answer.status} />,
              Took: durationText(answer.milliseconds),
              Type: answer.headers["content-type"],
            }}
          />
          <Json label="Answer" of={answer.body} />
          <Json label="Headers of the answer" of={answer.headers} />
        </>
      )}
    </>
  );
}
