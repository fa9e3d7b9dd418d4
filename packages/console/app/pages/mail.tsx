/** Mail that would have been sent, with its links. */
import type { KeptMail } from "local-aws/console";
import { useState } from "preact/hooks";
import { isKind } from "../lib/activity.ts";
import { useData } from "../lib/data.ts";
import { definePage, type PageProps } from "../lib/page.ts";
import { go, hrefOf } from "../lib/router.ts";
import { dayAndTime, matches, plural } from "../lib/text.ts";
import { List } from "../ui/list.tsx";
import { Facts, Failure, Field } from "../ui/parts.tsx";
import { Split } from "../ui/split.tsx";

export default definePage({ path: "mail", title: "Mail", group: "What happens", view: MailPage });

function MailPage({ rest: [chosen] }: PageProps) {
  const [search, setSearch] = useState("");
  const { value, error } = useData(readMails, [], { every: 10_000, on: isKind("mail") });
  const shown = (value ?? []).filter(({ to, subject, body }) => matches(search, to, subject, body));
  const mail = value?.find(({ id }) => id === chosen);
  return (
    <Split
      back={hrefOf(["mail"])}
      title={mail?.subject}
      detail={
        mail && (
          <>
            <Facts of={{ To: mail.to, From: mail.from, Sent: dayAndTime(Date.parse(mail.at)) }} />
            <p class="letter">{withLinks(mail.body)}</p>
          </>
        )
      }
      list={
        <>
          <div class="bar">
            <Field label="Search" type="search" value={search} onInput={setSearch} hint="words of a mail" />
            <span class="count" role="status">
              {plural(shown.length, "mail")}
            </span>
          </div>
          {error && <Failure error={error} />}
          <List
            label="Mail, the latest first"
            items={shown}
            id={({ id }) => id}
            {...(chosen !== undefined && { chosen })}
            onChoose={({ id }) => go(["mail", id])}
            empty={value ? "Nothing was sent." : "Reading …"}
            columns={[
              {
                title: "Sent",
                width: "8em",
                cell: ({ at }) => <span class="number">{dayAndTime(Date.parse(at))}</span>,
                wide: true,
              },
              { title: "To", width: "minmax(7em, 1fr)", cell: ({ to }) => to },
              { title: "Subject", width: "2fr", cell: ({ subject }) => subject },
            ]}
          />
        </>
      }
    />
  );
}

/** Open to every reader on this machine: `GET /_aws/mail`. */
async function readMails(signal: AbortSignal): Promise<KeptMail[]> {
  const response = await fetch("/_aws/mail", { signal });
  const { mails } = (await response.json()) as { mails: KeptMail[] };
  return mails.reverse();
}

/** Its text, with links that open beside the console. */
function withLinks(body: string) {
  return body.split(/(https?:\/\/[^\s<>"]+)/).map((part, index) =>
    index % 2 === 1 ? (
      <a key={`${index} ${part}`} href={part} target="_blank" rel="noopener noreferrer">
        {part}
      </a>
    ) : (
      part
    ),
  );
}
