import assert from "node:assert/strict";
import { once } from "node:events";
import * as inspector from "node:inspector";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { UpdateFunctionCodeCommand } from "@aws-sdk/client-lambda";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";
import { pythonTools, withoutPython } from "../../../testing/python.ts";

const source = `def greet(name):
    text = "hello " + name
    return text


def handler(event, context):
    return greet(event["name"])
`;
/** Where the editor has it. */
const path = "/home/me/program/handlers/greet/app.py";

interface Message {
  type: "event" | "response";
  event?: string;
  command?: string;
  success?: boolean;
  body?: Record<string, unknown>;
}

/** An editor: it speaks the Debug Adapter Protocol, https://microsoft.github.io/debug-adapter-protocol/specification */
class Editor {
  readonly #socket: Socket;
  readonly #heard: Message[] = [];
  #rest = Buffer.alloc(0);
  #ids = 0;

  constructor(port: number) {
    this.#socket = connect(port, "127.0.0.1").on("data", (chunk) => this.#hear(chunk));
  }

  /** Attaches, with a breakpoint at a line of the source. */
  async attach(line: number): Promise<void> {
    await once(this.#socket, "connect");
    await this.ask("initialize", { adapterID: "debugpy", pathFormat: "path" });
    const pathMappings = [{ localRoot: "/home/me/program/handlers/greet", remoteRoot: "/var/task" }];
    await this.ask("attach", { pathMappings });
    await this.next("initialized");
    const { breakpoints } = await this.ask("setBreakpoints", { source: { path }, breakpoints: [{ line }] });
    assert.equal((breakpoints as { verified: boolean }[])[0]?.verified, true);
    await this.ask("configurationDone");
  }

  close(): void {
    this.#socket.destroy();
  }

  /** The body of a request's response. */
  async ask(command: string, args: object = {}): Promise<Record<string, unknown>> {
    const json = JSON.stringify({ seq: ++this.#ids, type: "request", command, arguments: args });
    this.#socket.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
    const { success, body = {} } = await this.#find((message) => message.command === command);
    assert.ok(success, command);
    return body;
  }

  /** The body of the next event of that name. */
  async next(event: string): Promise<Record<string, unknown>> {
    return (await this.#find((message) => message.event === event)).body ?? {};
  }

  async #find(wanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const index = this.#heard.findIndex(wanted);
      if (index >= 0) return this.#heard.splice(index, 1)[0] as Message;
      await sleep(10);
    }
  }

  #hear(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const head = this.#rest.indexOf("\r\n\r\n");
      const length = Number(/^Content-Length: (\d+)/.exec(String(this.#rest))?.[1]);
      if (head < 0 || this.#rest.length < head + 4 + length) return;
      this.#heard.push(JSON.parse(String(this.#rest.subarray(head + 4, head + 4 + length))));
      this.#rest = this.#rest.subarray(head + 4 + length);
    }
  }
}

describe("a debugger of Python", function () {
  this.timeout(120_000);
  let functions: Functions;
  const told: string[] = [];
  const { error } = console;
  before(async function () {
    const reason = await withoutPython();
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    console.error = (line: string) => told.push(line);
    inspector.open(0, "127.0.0.1");
    functions = await startFunctions({}, { tools: pythonTools });
    const [Runtime, Handler] = ["python3.11", "app.handler"] as const;
    await functions.create("greet", "", { Runtime, Handler, Timeout: 1, Code: { ZipFile: zip({ "app.py": source }) } });
  });
  after(async () => {
    await functions?.test.stop();
    if (inspector.url()) inspector.close();
    console.error = error;
  });

  const invoke = async (name: string) => (await functions.invoke("greet", { name })).value;
  const ports = () =>
    told.flatMap((line) => /^lambda: greet: .* 127\.0\.0\.1:(\d+)$/.exec(line)?.[1] ?? []).map(Number);

  it("stops a function in its source, longer than its timeout, and lets it go on", async () => {
    assert.equal(await invoke("anna"), "hello anna");
    const [port] = ports();
    const editor = new Editor(port as number);
    await editor.attach(3);

    const answer = invoke("ben");
    const { threadId, reason } = await editor.next("stopped");
    assert.equal(reason, "breakpoint");
    const { stackFrames } = await editor.ask("stackTrace", { threadId });
    const [frame, caller] = stackFrames as { name: string; line: number; source: { path: string } }[];
    assert.deepEqual([frame?.name, frame?.line, frame?.source.path], ["greet", 3, path]);
    assert.equal(caller?.source.path, path);
    const waiting = invoke("carl");
    assert.equal(await Promise.race([answer, waiting, sleep(1_500, "still stopped")]), "still stopped");
    await editor.ask("continue", { threadId });
    assert.equal(await answer, "hello ben");
    // In the same environment, one after the other.
    await editor.next("stopped");
    await editor.ask("continue", { threadId });
    assert.equal(await waiting, "hello carl");
    editor.close();
  });

  it("attaches at the same port when the function has changed", async () => {
    const ZipFile = zip({ "app.py": source.replace("hello", "goodbye") });
    await functions.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "greet", ZipFile }));
    assert.equal(await invoke("dora"), "goodbye dora");
    assert.equal(ports().length, 1);
  });

  it("is none for a page in a browser", async () => {
    const [port] = ports();
    const body = JSON.stringify({ seq: 1, type: "request", command: "initialize", arguments: { adapterID: "page" } });
    const page = connect(port as number, "127.0.0.1");
    const heard: Buffer[] = [];
    page.on("data", (chunk) => heard.push(chunk));
    page.write(`POST / HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await once(page, "close");
    assert.equal(heard.join(""), "");
    const editor = new Editor(port as number);
    await editor.attach(2);
    const answer = invoke("emil");
    await editor.ask("continue", { threadId: (await editor.next("stopped")).threadId });
    assert.equal(await answer, "goodbye emil");
    editor.close();
  });

  it("attaches at the same port when a new version is asked for, as an alias does", async () => {
    for (const [index, word] of ["goodbye", "welcome"].entries()) {
      const ZipFile = zip({ "app.py": source.replace("hello", word) });
      await functions.lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "greet", ZipFile, Publish: true }));
      assert.equal((await functions.invoke(`greet:${index + 1}`, { name: "finn" })).value, `${word} finn`);
    }
    assert.equal(ports().length, 1);
  });
});
