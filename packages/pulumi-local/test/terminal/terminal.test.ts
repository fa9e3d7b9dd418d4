import assert from "node:assert/strict";
import { Terminal } from "../../src/terminal/terminal.ts";

describe("a terminal", () => {
  const screen = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, isTTY, write: (text: string) => written.push(text) };
  };

  it("writes lines in their order, many at once", () => {
    const to = screen(false);
    const terminal = new Terminal(to);
    terminal.line("a");
    terminal.line("b");
    assert.deepEqual(to.written, []);
    terminal.flush();
    assert.deepEqual(to.written, ["a\nb\n"]);
  });

  it("writes them by itself, soon", async () => {
    const to = screen(false);
    new Terminal(to).line("a");
    while (to.written.length === 0) await new Promise((again) => setTimeout(again, 5));
    assert.deepEqual(to.written, ["a\n"]);
  });

  it("keeps the status below them, and takes it away", () => {
    const to = screen(true);
    const terminal = new Terminal(to);
    terminal.status("busy");
    terminal.line("a");
    terminal.flush();
    terminal.status("");
    terminal.line("b");
    terminal.flush();
    assert.deepEqual(to.written, ["busy", "\r\u001b[2Ka\nbusy", "\r\u001b[2K", "b\n"]);
  });

  it("has no status where nobody watches", () => {
    const to = screen(false);
    const terminal = new Terminal(to);
    terminal.status("busy");
    assert.deepEqual([terminal.isLive, to.written], [false, []]);
  });
});
