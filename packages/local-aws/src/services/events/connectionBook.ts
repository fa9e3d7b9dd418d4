/** The connections and API destinations that there are, and what is done with them. */
import { randomUUID } from "node:crypto";
import { isOnThisMachine } from "../../kit/thisMachine.ts";
import { AwsError } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { secretText, tokenOf } from "./connections.ts";
import { callDestination, type DestinationCall } from "./destinations.ts";
import type { ConnectionRecord, DestinationRecord } from "./records.ts";
import { type EventsState, notFound } from "./state.ts";

/** @throws AwsError when it is there already. */
export function refuseSecond(what: string, isThere: boolean): void {
  if (isThere) throw new AwsError("ResourceAlreadyExistsException", `${what} already exists.`, 400);
}

export class ConnectionBook {
  readonly connections: Collection<ConnectionRecord>;
  readonly destinations: Collection<DestinationRecord>;
  readonly #events: EventsState;
  readonly #stop = new AbortController();

  constructor(events: EventsState) {
    this.#events = events;
    this.connections = events.cloud.store.collection("events.connections");
    this.destinations = events.cloud.store.collection("events.destinations");
  }

  stop(): void {
    this.#stop.abort();
  }

  connection(name: string, verb = "describe"): ConnectionRecord {
    const connection = this.connections.get(name);
    if (!connection) throw notFound(`Failed to ${verb} the connection(s). Connection '${name}' does not exist.`);
    return connection;
  }

  byArn(arn = ""): ConnectionRecord {
    const connection = this.connections.values().find((one) => one.arn === arn);
    if (!connection) throw notFound(`Connection '${arn}' does not exist.`);
    return connection;
  }

  destination(name: string, verb = "describe"): DestinationRecord {
    const destination = this.destinations.get(name);
    if (!destination)
      throw notFound(`Failed to ${verb} the api-destination(s). An api-destination '${name}' does not exist.`);
    return destination;
  }

  /** The secret is EventBridge's own, whoever makes the connection. */
  async keepSecret(connection: Pick<ConnectionRecord, "auth" | "name">, secretArn?: string): Promise<string> {
    const { cloud } = this.#events;
    const SecretString = secretText(connection);
    if (secretArn !== undefined) {
      await cloud.call("secretsmanager", "PutSecretValue", { SecretId: secretArn, SecretString });
      return secretArn;
    }
    const Name = `events!connection/${connection.name}/${randomUUID()}`;
    const { ARN } = await cloud.call("secretsmanager", "CreateSecret", { Name, SecretString });
    return ARN as string;
  }

  async dropSecret(secretArn: string): Promise<void> {
    const input = { SecretId: secretArn, ForceDeleteWithoutRecovery: true };
    await this.#events.cloud.call("secretsmanager", "DeleteSecret", input);
  }

  /** OAuth is not authorized before a token has been given out; nobody waits for that. */
  authorize({ name, auth }: ConnectionRecord): void {
    const { OAuthParameters: oauth } = auth;
    if (!oauth || !isOnThisMachine(String(oauth.AuthorizationEndpoint))) return;
    const end = (state: ConnectionRecord["state"]) => {
      const connection = this.connections.get(name);
      if (!connection || this.#stop.signal.aborted) return;
      this.connections.put(name, { ...connection, state, authorized: new Date().toISOString() });
    };
    tokenOf(oauth, this.#stop.signal).then(
      () => end("AUTHORIZED"),
      () => end("DEAUTHORIZED"),
    );
  }

  async call(call: DestinationCall): Promise<void> {
    const destination = this.destination(call.Arn.split("/")[1] ?? "");
    await callDestination(destination, this.byArn(destination.connectionArn), call, this.#stop.signal);
  }
}
