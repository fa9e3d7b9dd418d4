/** A call of a route: what was sent, what was answered; and, sent again, the new answer beside the old one. */
import type { Received, ShownBody, ShownCall } from "local-aws/console";
import { useState } from "preact/hooks";
import { readRouteCall, replay } from "../../lib/api.ts";
import { useData } from "../../lib/data.ts";
import { readLogGroupOf } from "../../lib/logGroups.ts";
import { hrefOf } from "../../lib/router.ts";
import { bytesText, dayAndTime, durationText, functionName } from "../../lib/text.ts";
import { Button, Check, Facts, Failure, Json, Section, Waiting } from "../../ui/parts.tsx";
import { HttpStatus } from "./httpStatus.tsx";

export interface CallDetailProps {
  /** Id of the API. */
  api: string;
  /** Request id. */
  call: string;
}

export function CallDetail({ api, call: id }: CallDetailProps) {
  const { value: call, error } = useData(() => readRouteCall(api, id), [api, id]);
  if (!call) return error ? <Failure error={error} /> : <Waiting />;
  return <Shown api={api} call={call} />;
}

function Shown({ api, call }: { api: string; call: ShownCall }) {
  const { requestId, method, url, at, milliseconds, function: by, invocation } = call;
  const [signed, setSigned] = useState(call.signed);
  const [again, setAgain] = useState<Received>();
  const name = by && functionName(by);
  const { value: group } = useData(async () => name && (await readLogGroupOf(name)), [name]);
  const send = async () => setAgain(await replay({ api, requestId, signed }));
  return (
    <>
      <h3 class="mono">
        {method} {url}
      </h3>
      <Facts
        of={{
          Answered: dayAndTime(at),
          Took: durationText(milliseconds),
          "Request id": requestId,
          Function: name && <a href={hrefOf(["functions", name])}>{name}</a>,
          "Its request id": invocation && <a href={hrefOf(["logs"], { group, search: invocation })}>{invocation}</a>,
        }}
      />
      <div class="actions">
        <Button primary onPress={send}>
          Send it again
        </Button>
        <Check label="signed, as the account's root" value={signed} onChange={setSigned} />
      </div>
      <p class="soft">
        Credentials, tokens and cookies are hidden here. Sent again, they go along as they were; a signature is left out
        or made anew.
      </p>
      <div class={again ? "equals" : ""}>
        <Answer
          title={again ? "The answer then" : "The answer"}
          status={call.status}
          milliseconds={milliseconds}
          body={call.answer}
          headers={call.answerHeaders}
        />
        {again && (
          <Answer
            title="The answer now"
            status={again.status}
            milliseconds={again.milliseconds}
            body={{ bytes: again.body.length, text: again.body }}
            headers={again.headers}
          />
        )}
      </div>
      <Section title="What was sent">
        <Body of={call.body} label="Body" />
        <Json label="Headers" of={call.headers} />
      </Section>
    </>
  );
}

interface AnswerProps {
  title: string;
  status: number;
  milliseconds: number;
  body: ShownBody;
  headers: Record<string, string>;
}

const Answer = ({ title, status, milliseconds, body, headers }: AnswerProps) => (
  <Section title={title}>
    <Facts of={{ Status: <HttpStatus status={status} />, Took: durationText(milliseconds) }} />
    <Body of={body} label={`${title}: body`} />
    <Json label={`${title}: headers`} of={headers} />
  </Section>
);

/** A text, or how long what is none was. */
const Body = ({ of: { bytes, text }, label }: { of: ShownBody; label: string }) =>
  text === undefined ? <p class="empty">{bytesText(bytes)} that are not shown</p> : <Json label={label} of={text} />;
