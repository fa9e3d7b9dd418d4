import { type Mail, mailChannel } from "local-aws";
import pc from "picocolors";
import type { Platform } from "./platform.ts";

/** What `npm start` shows once everything answers: the outputs, the endpoints, and what to try next. */
export function greeting(platform: Platform): string {
  const values = platform.engine.outputs();
  const outputs = Object.entries(values);
  const { cloud } = platform.local;
  const width = Math.max(0, ...outputs.map(([key]) => key.length));
  const shown = outputs.map(([key, value]) => `  ${pc.bold(key.padEnd(width))}  ${show(value)}`);
  const invitations = Object.entries(tryThese).flatMap(([key, invite]) =>
    key in values ? [`  ${invite(shortForm(String(values[key])))}`] : [],
  );
  const environment = `AWS_ENDPOINT_URL=${cloud.origin} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=${cloud.region}`;
  return [
    "",
    pc.bold("Outputs"),
    ...shown,
    "",
    pc.bold("Try"),
    ...invitations,
    "  npm run logs -- --follow",
    `  export ${environment}`,
    "  aws lambda list-functions   (AWS CLI 2.13 or newer; older ones take --endpoint-url)",
    "",
  ].join("\n");
}

/** By the output that it needs: the stack's own names, which its users depend on. */
const tryThese: Record<string, (value: string) => string> = {
  whodisUrl: (url) => `curl ${url}`,
  irisUrl: (url) =>
    `curl ${url} -d '{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}'`,
  archiverStateMachineArn: () => "npm run -s dsp -- archive start --approval",
  approvalQueueUrl: () => "npm run -s dsp -- approvals list",
  recommenderUrl: () => "npm run -s dsp -- snowflake sql",
};

/** Text as it is; of an object its keys, for its values are long. */
const show = (value: unknown): string => {
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.keys(value).join(", ")} } ${pc.dim("(npm run -s dsp -- outputs --json)")}`;
};

/** The path alone finds the route, as long as no other API has it. */
const shortForm = (url: string): string => url.replace(/\/_aws\/execute-api\/\w+\/\w+/, "");

export const readyLine = (seconds: number, watching: boolean): string =>
  `${pc.green("ready")} in ${seconds.toFixed(1)} s${watching ? "; saved changes go live" : ""} ${pc.dim("(Ctrl-C ends it)")}`;

/** Prints mails that would have been sent, and where their links lead. @returns what begins it: those until then wait. */
export function printMails(): () => void {
  const waiting: Mail[] = [];
  let take = (mail: Mail): unknown => waiting.push(mail);
  mailChannel.subscribe((mail) => take(mail as Mail));
  return () => {
    take = (mail) => console.log(mailText(mail));
    for (const mail of waiting) take(mail);
  };
}

const mailText = ({ to, subject, links }: Mail): string =>
  [`${pc.bold("mail")} to ${to}: ${subject}`, ...links.map((link) => `  ${pc.cyan(link)}`)].join("\n");
