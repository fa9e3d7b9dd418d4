/** Node's HTTP server and nothing else, in a process of its own: answers every request with the text that it is given. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const [body = ""] = process.argv.slice(2);
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
const server = createServer((_request, response) => response.writeHead(200, headers).end(body));
server.listen(0, "127.0.0.1", () => {
  process.send?.({ origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
