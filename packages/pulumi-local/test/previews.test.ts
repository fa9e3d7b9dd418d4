import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { EngineError, type EngineEvent } from "../src/engine/index.ts";
import { askForPreview, servePreviews } from "../src/previews.ts";
import { TestProgram } from "./engine/support/program.ts";

describe("a preview of a platform that runs", function () {
  this.timeout(60_000);
  let program: TestProgram;
  let stop: () => void;
  let events: EngineEvent[] = [];

  before(async () => {
    process.env.PULUMI_CONFIG_PASSPHRASE = "foo";
    program = await TestProgram.open("whole", { environment: { TEST_TOKEN: "open-sesame" } });
    await program.engine.up();
    const stateDirectory = program.directory;
    stop = await servePreviews({
      ...{ engine: program.engine, stateDirectory, programDirectory: program.directory, stack: "dev" },
    });
  });
  after(async () => {
    stop();
    delete process.env.PULUMI_CONFIG_PASSPHRASE;
    await program.close();
  });
  beforeEach(() => {
    events = [];
  });

  const ask = (more: object = {}) =>
    askForPreview({
      ...{ stateDirectory: program.directory, programDirectory: program.directory, stack: "dev", config: {} },
      onEvent: (event) => events.push(event),
      ...more,
    });
  const steps = () =>
    events.flatMap((event) =>
      event.kind === "step" && event.status === "done" && event.operation !== "same"
        ? [`${event.operation} ${event.urn.split("::").at(-1)} [${event.changes}]`]
        : [],
    );

  it("is made by that, told to who asks alone, and changes nothing", async () => {
    const [resources, told] = [program.engine.resources(), program.events.length];
    program.things.news();
    assert.equal(await ask({ config: { size: "9" } }), true);
    assert.deepEqual(steps(), ["update thing [size]"]);
    assert.deepEqual([events[0]?.kind, events.at(-1)?.kind], ["start", "end"]);
    assert.ok(!JSON.stringify(events).includes("open-sesame"));
    assert.equal(program.events.length, told);
    assert.deepEqual(program.things.news(), []);
    assert.deepEqual(program.engine.resources(), resources);
    assert.equal((await program.engine.up()).counts.same, 2, "its own configuration is as it was");
  });

  it("says what the program is refused for, and where", async () => {
    const file = join(program.directory, "index.ts");
    const good = readFileSync(file, "utf8");
    writeFileSync(file, `${good}new Thing("big", { size: "big" });\n`);
    await assert.rejects(ask(), (error: Error) => {
      assert.ok(error instanceof EngineError);
      assert.equal(error.message, 'size is "big"; it must be a number');
      assert.match(`${error.urn} ${error.position}`, /::big index\.ts:\d+$/);
      return true;
    });
    writeFileSync(file, good);
  });

  it("is refused to who asks for none, and made for the next", async () => {
    const { path } = JSON.parse(readFileSync(join(program.directory, "previews.json"), "utf8")) as { path: string };
    const socket = createConnection(path);
    socket.write("GET / HTTP/1.1\n");
    assert.match(JSON.parse(await text(socket)).failed.message, /JSON/);
    assert.equal(await ask(), true);
  });

  it("is none of another program or stack, nor where none runs any more", async () => {
    assert.equal(await ask({ stack: "prod" }), false);
    assert.equal(await ask({ programDirectory: "/elsewhere" }), false);
    const address = join(program.directory, "previews.json");
    const left = readFileSync(address, "utf8");
    stop();
    assert.ok(!existsSync(address));
    assert.equal(await ask(), false);
    // As a killed platform leaves it.
    writeFileSync(address, left);
    assert.equal(await ask(), false);
    assert.deepEqual(events, []);
  });
});
