import assert from "node:assert/strict";
import { lastWords } from "../../src/engine/lastWords.ts";

describe("A program's last words", () => {
  const words = (error: string, output = "") => lastWords(error ? [error] : [], output, "/home/me/shop");

  it("are the errors that it logged, else what it printed", () => {
    assert.equal(lastWords(["one", "two"], "printed", "/"), "one\ntwo");
    assert.equal(words("", "  printed\n"), "printed");
    assert.equal(words(""), "");
  });

  it("are free of what is not the user's", () => {
    assert.equal(
      words(
        "Running program '/home/me/shop/index.ts' failed with an unhandled exception:\nError: no\n  at /home/me/shop/a.ts:1",
      ),
      "Error: no\n  at a.ts:1",
    );
    assert.equal(words('error serializing property "a": error serializing property "b": it is wrong'), "it is wrong");
    assert.equal(words("\u001b[31mred\u001b[0m"), "red");
    assert.equal(
      words("", "x Unexpected token\n  `----\n\n\nCaused by:\n    Syntax Error\n\nStack backtrace:\n   0: <unknown>\n"),
      "x Unexpected token\n  `----",
    );
  });

  it("are of an error that several have waited for the error alone, once", () => {
    const said = `<ref *1> TypeError: it is not a function
    at components/gateway.ts:65:75 {
  promise: Promise { <rejected> [Circular *1] }
}`;
    assert.equal(
      lastWords([said, said], "", "/program"),
      "TypeError: it is not a function\n    at components/gateway.ts:65:75",
    );
  });

  it("are of a module that is not there its name, and who imports it", () => {
    const stack = ["index.ts", "node_modules/@pulumi/pulumi/cmd/run/run.js", "/engine/waitingHost.cjs"];
    const said = `Error: Cannot find module './components/nothing.ts'
Require stack:
${stack.map((file) => `- /program/${file}`).join("\n")}
    at Module.<anonymous> (node:internal/modules/cjs/loader:1564:15) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [
    ${stack.map((file) => `'/program/${file}'`).join(",\n    ")}
  ]
}`;
    assert.equal(
      lastWords([said], "", "/program"),
      "Cannot find module './components/nothing.ts', which index.ts imports",
    );
  });
});
