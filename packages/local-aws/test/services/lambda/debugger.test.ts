import assert from "node:assert/strict";
import { once } from "node:events";
import * as inspector from "node:inspector";
import { SourceMap } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";

const source = `const greet = (name: string): string => {
  const text = "hello " + name;
  return text;
};
export const handler = async ({ name }: { name: string }) => greet(name);
`;

interface Message {
  method?: string;
  params?: Record<string, unknown>;
}

/** A debugger, as editors are: it is connected to the process, and by that to its worker threads. */
class Debugger {
  readonly #socket: WebSocket;
  readonly #heard: Message[] = [];
  readonly #threads = new Set<unknown>();
  #ids = 0;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.addEventListener("message", ({ data }) => this.#hear(JSON.parse(String(data))));
  }

  async open(): Promise<void> {
    await once(this.#socket, "open");
    this.#send("NodeWorker.enable", { waitForDebuggerOnStart: false });
  }

  close(): void {
    this.#socket.close();
  }

  /** Tells every thread: a cloud has others than its functions'. */
  tell(method: string, params: object = {}): void {
    const message = JSON.stringify({ id: ++this.#ids, method, params });
    for (const sessionId of this.#threads) this.#send("NodeWorker.sendMessageToWorker", { sessionId, message });
  }

  /** The next event of that name. */
  async next(method: string): Promise<Record<string, unknown>> {
    for (;;) {
      const index = this.#heard.findIndex((message) => message.method === method);
      if (index >= 0) return this.#heard.splice(index, 1)[0]?.params ?? {};
      await sleep(10);
    }
  }

  #send(method: string, params: object): void {
    this.#socket.send(JSON.stringify({ id: ++this.#ids, method, params }));
  }

  #hear(message: Message): void {
    this.#heard.push(message);
    if (message.method === "NodeWorker.attachedToWorker") this.#threads.add(message.params?.sessionId);
    if (message.method === "NodeWorker.receivedMessageFromWorker")
      this.#heard.push(JSON.parse(String(message.params?.message)));
  }
}

describe("a debugger", () => {
  let functions: Functions;
  let editor: Debugger;
  before(async () => {
    inspector.open(0, "127.0.0.1");
    editor = new Debugger(inspector.url() as string);
    await editor.open();
    functions = await startFunctions();
  });
  after(async () => {
    editor.close();
    await functions.test.stop();
    inspector.close();
  });

  it("stops a function in its source, longer than its timeout, and lets it go on", async () => {
    const { outputFiles } = await build({
      stdin: { contents: source, loader: "ts", sourcefile: "handlers/greet.ts" },
      ...{ outfile: "index.mjs", format: "esm", sourcemap: "linked", sourceRoot: "/var/task/", write: false },
    });
    const [map, code] = ["index.mjs.map", "index.mjs"].map(
      (name) => outputFiles.find(({ path }) => path.endsWith(`/${name}`))?.text ?? "",
    ) as [string, string];
    await functions.create("greet", code, {
      Timeout: 1,
      Code: { ZipFile: zip({ "index.mjs": code, "index.mjs.map": map }) },
    });
    assert.equal((await functions.invoke("greet", { name: "anna" })).value, "hello anna");

    await editor.next("NodeWorker.attachedToWorker");
    // The first that is heard of need not be the function's.
    await sleep(200);
    // As an editor finds the place of line 3 of the source: by the map.
    const lines = code.split("\n");
    const lineNumber = lines.findIndex((line) => line.trim() === "return text;");
    const columnNumber = lines[lineNumber]?.indexOf("return") ?? 0;
    const entry = new SourceMap(JSON.parse(map)).findEntry(lineNumber, columnNumber);
    assert.deepEqual("originalSource" in entry && [entry.originalSource, entry.originalLine], ["handlers/greet.ts", 2]);
    editor.tell("Debugger.enable");
    editor.tell("Debugger.setBreakpointByUrl", { lineNumber, columnNumber, urlRegex: "index\\.mjs$" });

    const answer = functions.invoke("greet", { name: "ben" });
    const { callFrames } = (await editor.next("Debugger.paused")) as { callFrames: { functionName: string }[] };
    assert.equal(callFrames[0]?.functionName, "greet");
    const waiting = functions.invoke("greet", { name: "carl" });
    assert.equal(await Promise.race([answer, waiting, sleep(1_500, "still stopped")]), "still stopped");
    editor.tell("Debugger.resume");
    assert.equal((await answer).value, "hello ben");
    // In the same environment, one after the other.
    await editor.next("Debugger.paused");
    editor.tell("Debugger.resume");
    assert.equal((await waiting).value, "hello carl");
  });
});
