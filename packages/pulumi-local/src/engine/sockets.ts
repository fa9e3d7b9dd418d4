import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for Unix sockets that nobody but this process's user can open; not in the state folder, whose path may be long. */
export class SocketFolder {
  readonly path = mkdtempSync(join(tmpdir(), "pulumi-local-"));

  /** As gRPC names a socket. */
  address(name: string): string {
    return `unix:${join(this.path, name)}`;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Where a server of Pulumi's SDK listens, by what the SDK takes for its port: a path (see `privateServers.cjs`), or a port. */
export const sdkAddress = (port: string): string => (port.startsWith("/") ? `unix:${port}` : `127.0.0.1:${port}`);
