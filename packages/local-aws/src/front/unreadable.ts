import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

const statuses: Record<string, number> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/**
 * Answers what the server cannot parse as HTTP, such as headers without an end. It announces that the connection closes: a
 * client that reused it would lose its next request.
 */
export function refuseUnreadable({ code = "" }: Error & { code?: string }, socket: Socket): void {
  if (code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = statuses[code] ?? 400;
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
