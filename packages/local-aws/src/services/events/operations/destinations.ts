/** API destinations: HTTP endpoints as targets of rules. */
import { randomUUID } from "node:crypto";
import { page } from "../../../kit/page.ts";
import type { Operations } from "../../../operations.ts";
import type { Access, Operation } from "../../../service.ts";
import { type ConnectionBook, refuseSecond } from "../connectionBook.ts";
import type { DestinationCall } from "../destinations.ts";
import type { DestinationRecord } from "../records.ts";
import type { EventsState } from "../state.ts";
import { checkName } from "./archives.ts";

export function destinationOperations(
  events: EventsState,
  kept: ConnectionBook,
): Operations<"events"> & { InvokeApiDestination: Operation } {
  const { destinations } = kept;
  const on =
    (action: string) =>
    ({ Name = "" }: { Name: string | undefined }): Access[] => [
      { action: `events:${action}`, resource: destinations.get(Name)?.arn ?? events.arn(`api-destination/${Name}/*`) },
    ];
  const made = ({ arn, created, modified }: DestinationRecord) => ({
    ApiDestinationArn: arn,
    ApiDestinationState: "ACTIVE" as const,
    CreationTime: new Date(created),
    LastModifiedTime: new Date(modified),
  });
  const listed = (destination: DestinationRecord) => ({
    ...made(destination),
    Name: destination.name,
    ConnectionArn: destination.connectionArn,
    InvocationEndpoint: destination.endpoint,
    HttpMethod: destination.method,
    InvocationRateLimitPerSecond: destination.rate,
  });
  return {
    CreateApiDestination: {
      access: on("CreateApiDestination"),
      run({ Name: name = "", Description, ConnectionArn, HttpMethod, InvocationEndpoint = "", ...input }) {
        checkName(name, "name", 64);
        refuseSecond(`An api-destination with name ${name}`, destinations.has(name));
        const now = new Date().toISOString();
        const destination: DestinationRecord = {
          name,
          arn: events.arn(`api-destination/${name}/${randomUUID()}`),
          ...(Description !== undefined && { description: Description }),
          connectionArn: kept.byArn(ConnectionArn).arn,
          endpoint: InvocationEndpoint,
          method: HttpMethod!,
          rate: input.InvocationRateLimitPerSecond ?? 300,
          created: now,
          modified: now,
        };
        destinations.put(name, destination);
        return made(destination);
      },
    },
    UpdateApiDestination: {
      access: on("UpdateApiDestination"),
      run({ Name = "", Description, ConnectionArn, HttpMethod, InvocationEndpoint, InvocationRateLimitPerSecond }) {
        const destination: DestinationRecord = {
          ...kept.destination(Name, "update"),
          ...(Description !== undefined && { description: Description }),
          ...(ConnectionArn !== undefined && { connectionArn: kept.byArn(ConnectionArn).arn }),
          ...(HttpMethod !== undefined && { method: HttpMethod }),
          ...(InvocationEndpoint !== undefined && { endpoint: InvocationEndpoint }),
          ...(InvocationRateLimitPerSecond !== undefined && { rate: InvocationRateLimitPerSecond }),
          modified: new Date().toISOString(),
        };
        destinations.put(Name, destination);
        return made(destination);
      },
    },
    DescribeApiDestination: {
      access: on("DescribeApiDestination"),
      run({ Name = "" }) {
        const destination = kept.destination(Name);
        return { ...listed(destination), Description: destination.description };
      },
    },
    DeleteApiDestination: {
      access: on("DeleteApiDestination"),
      run({ Name = "" }) {
        destinations.delete(kept.destination(Name, "delete").name);
        return {};
      },
    },
    ListApiDestinations: {
      access: () => [{ action: "events:ListApiDestinations", resource: "*" }],
      run(input) {
        const all = destinations
          .values(input.NamePrefix ?? "")
          .filter(({ connectionArn }) => input.ConnectionArn === undefined || connectionArn === input.ConnectionArn);
        const { items, next: NextToken } = page(all, input, ({ name }) => name);
        return { ApiDestinations: items.map(listed), NextToken };
      },
    },
    /** No operation of AWS's API: what a rule's role is asked for when it calls one. */
    InvokeApiDestination: {
      access: ({ Arn }: DestinationCall) => [{ action: "events:InvokeApiDestination", resource: Arn }],
      run: (call: DestinationCall) => kept.call(call),
    },
  };
}
