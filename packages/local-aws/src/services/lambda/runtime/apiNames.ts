/**
 * AWS's names of APIs, `https://abc123.execute-api.eu-west-1.amazonaws.com`, lead to the gateway on this machine: AWS's
 * own provider gives functions such URLs of APIs. All other requests are unaffected.
 */
import https from "node:https";
import net from "node:net";

const names = /^\w+\.execute-api\.[\w-]+\.amazonaws\.com$/;
/** Where Node.js keeps the dispatcher of `fetch`. https://nodejs.org/api/globals.html#custom-dispatcher */
const dispatcherOfFetch = Symbol.for("undici.globalDispatcher.1");

interface Dispatcher {
  dispatch(options: { origin: string | URL }, handler: unknown): boolean;
}
type Connect = (options: unknown, callback: (error: Error | null, socket: net.Socket | null) => void) => void;
type Globals = Record<symbol, Dispatcher & { constructor: new (options: { connect: Connect }) => Dispatcher }>;

/** @param gateway `http://localhost:3000`: it finds an API by the request's host, and does not use TLS. */
export function leadApiNamesTo(gateway: string): void {
  const { hostname: host, port } = new URL(gateway);
  const connect = (): net.Socket => net.connect({ host, port: Number(port) });

  const { globalAgent } = https;
  const createConnection = globalAgent.createConnection.bind(globalAgent);
  globalAgent.createConnection = (options, callback) =>
    names.test(String((options as { host?: string }).host)) ? connect() : createConnection(options, callback);

  // The implementation of `fetch` is slow to load, and few functions need it.
  const { fetch } = globalThis;
  globalThis.fetch = (...given) => {
    globalThis.fetch = fetch;
    leadFetch(connect);
    return fetch(...given);
  };
}

function leadFetch(connect: () => net.Socket): void {
  // It is set as soon as one of its classes has been accessed.
  void globalThis.Request;
  const globals = globalThis as unknown as Globals;
  const elsewhere = globals[dispatcherOfFetch]!;
  const here = new elsewhere.constructor({
    connect(_options, callback) {
      const socket = connect();
      socket.once("connect", () => callback(null, socket)).once("error", (error) => callback(error, null));
    },
  });
  globals[dispatcherOfFetch] = Object.create(elsewhere, {
    dispatch: {
      value: (options: { origin: string | URL }, handler: unknown) =>
        (names.test(new URL(options.origin).hostname) ? here : elsewhere).dispatch(options, handler),
    },
  });
}
