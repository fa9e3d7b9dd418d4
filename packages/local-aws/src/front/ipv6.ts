import type { Server } from "node:http";
import { createServer } from "node:net";

/** As `node:http` has its connections. */
const asHttp = { allowHalfOpen: true, noDelay: true };

/**
 * Lets a server of 127.0.0.1 be found at `[::1]` as well, which `localhost` means to some clients first. Where the machine has
 * no such address, or the port is taken there, it is not: 127.0.0.1 is what this cloud calls itself.
 * @returns ends it.
 */
export async function listenOnIpv6(server: Server, port: number): Promise<() => void> {
  const also = createServer(asHttp, (socket) => void server.emit("connection", socket));
  await new Promise<void>((done) => {
    also.once("error", () => done());
    also.listen({ host: "::1", port, ipv6Only: true }, done);
  });
  return () => also.close();
}
