import type { Server } from "node:http";
import { createServer } from "node:net";

/** The connections of a `node:http` server. */
const asHttp = { allowHalfOpen: true, noDelay: true };

/**
 * Makes a server on 127.0.0.1 reachable at `[::1]` as well, which some clients try first for `localhost`. Skipped where the
 * machine has no such address or the port is taken there: the cloud's own URLs use 127.0.0.1.
 * @returns a function that closes it.
 */
export async function listenOnIpv6(server: Server, port: number): Promise<() => void> {
  const also = createServer(asHttp, (socket) => void server.emit("connection", socket));
  await new Promise<void>((done) => {
    also.once("error", () => done());
    also.listen({ host: "::1", port, ipv6Only: true }, done);
  });
  return () => also.close();
}
