/** Connections: credentials of HTTP endpoints. */
import { randomUUID } from "node:crypto";
import type { CreateConnectionRequest } from "@aws-sdk/client-eventbridge";
import { page } from "../../../kit/page.ts";
import type { Operations } from "../../../operations.ts";
import type { Access } from "../../../service.ts";
import { type ConnectionBook, refuseSecond } from "../connectionBook.ts";
import { shownAuth } from "../connections.ts";
import type { ConnectionRecord } from "../records.ts";
import { type EventsState, invalid } from "../state.ts";
import { checkName } from "./archives.ts";

/** Which parameters a kind of authorization has. */
const parametersOf = {
  BASIC: "BasicAuthParameters",
  API_KEY: "ApiKeyAuthParameters",
  OAUTH_CLIENT_CREDENTIALS: "OAuthParameters",
} as const;

export function connectionOperations(events: EventsState, kept: ConnectionBook): Operations<"events"> {
  const { connections } = kept;
  const on =
    (action: string) =>
    ({ Name = "" }: { Name: string | undefined }): Access[] => [
      { action: `events:${action}`, resource: connections.get(Name)?.arn ?? events.arn(`connection/${Name}/*`) },
    ];
  const made = ({ arn, state, created, modified, authorized }: ConnectionRecord) => ({
    ConnectionArn: arn,
    ConnectionState: state,
    CreationTime: new Date(created),
    LastModifiedTime: new Date(modified),
    LastAuthorizedTime: authorized === undefined ? undefined : new Date(authorized),
  });
  return {
    CreateConnection: {
      access: on("CreateConnection"),
      async run({ Name: name = "", Description, AuthorizationType: kind, AuthParameters: auth = {} }) {
        checkName(name, "name", 64);
        refuseSecond(`Connection ${name}`, connections.has(name));
        checkAuth(kind, auth);
        const now = new Date().toISOString();
        const connection: ConnectionRecord = {
          name,
          arn: events.arn(`connection/${name}/${randomUUID()}`),
          ...(Description !== undefined && { description: Description }),
          kind: kind!,
          auth,
          state: kind === "OAUTH_CLIENT_CREDENTIALS" ? "AUTHORIZING" : "AUTHORIZED",
          secretArn: await kept.keepSecret({ name, auth }),
          created: now,
          modified: now,
          authorized: now,
        };
        connections.put(name, connection);
        kept.authorize(connection);
        return { ...made(connection), LastAuthorizedTime: undefined };
      },
    },
    UpdateConnection: {
      access: on("UpdateConnection"),
      async run({ Name = "", Description, AuthorizationType, AuthParameters }) {
        const before = kept.connection(Name, "update");
        const kind = AuthorizationType ?? before.kind;
        const auth = AuthParameters ? { ...before.auth, ...AuthParameters } : before.auth;
        const own = Object.fromEntries(
          Object.entries(auth).filter(([name]) => !name.endsWith("HttpParameters") === (name === parametersOf[kind])),
        );
        const given = {
          ...own,
          ...(auth.InvocationHttpParameters && { InvocationHttpParameters: auth.InvocationHttpParameters }),
        };
        checkAuth(kind, given as typeof before.auth);
        const now = new Date().toISOString();
        const connection: ConnectionRecord = {
          ...before,
          ...(Description !== undefined && { description: Description }),
          kind,
          auth: given as typeof before.auth,
          state: kind === "OAUTH_CLIENT_CREDENTIALS" ? "AUTHORIZING" : "AUTHORIZED",
          modified: now,
          authorized: now,
        };
        await kept.keepSecret(connection, before.secretArn);
        connections.put(Name, connection);
        kept.authorize(connection);
        return made(connection);
      },
    },
    DescribeConnection: {
      access: on("DescribeConnection"),
      run({ Name = "" }) {
        const connection = kept.connection(Name);
        const { name, description: Description, kind: AuthorizationType, secretArn: SecretArn } = connection;
        return {
          ...made(connection),
          Name: name,
          Description,
          AuthorizationType,
          SecretArn,
          AuthParameters: shownAuth(connection),
        };
      },
    },
    DeauthorizeConnection: {
      access: on("DeauthorizeConnection"),
      run({ Name = "" }) {
        const connection = { ...kept.connection(Name, "deauthorize"), modified: new Date().toISOString() };
        connections.put(Name, { ...connection, state: "DEAUTHORIZED" });
        return made({ ...connection, state: "DEAUTHORIZING" });
      },
    },
    DeleteConnection: {
      access: on("DeleteConnection"),
      async run({ Name = "" }) {
        const connection = kept.connection(Name, "delete");
        await kept.dropSecret(connection.secretArn);
        connections.delete(Name);
        return made({ ...connection, state: "DELETING" });
      },
    },
    ListConnections: {
      access: () => [{ action: "events:ListConnections", resource: "*" }],
      run(input) {
        const all = connections
          .values(input.NamePrefix ?? "")
          .filter(({ state }) => input.ConnectionState === undefined || state === input.ConnectionState);
        const { items, next: NextToken } = page(all, input, ({ name }) => name);
        const Connections = items.map((one) => ({ ...made(one), Name: one.name, AuthorizationType: one.kind }));
        return { Connections, NextToken };
      },
    },
  };
}

/** @throws AwsError when the parameters are not those of its kind. */
function checkAuth(kind: CreateConnectionRequest["AuthorizationType"], auth: object): void {
  const wanted = parametersOf[kind as keyof typeof parametersOf];
  const given = Object.values(parametersOf).filter((name) => (auth as Record<string, unknown>)[name] !== undefined);
  if (given.length === 1 && given[0] === wanted) return;
  throw invalid(
    `AuthParameters of a connection of ${kind} are ${wanted}, and given are ${given.join(", ") || "none"}.`,
  );
}
