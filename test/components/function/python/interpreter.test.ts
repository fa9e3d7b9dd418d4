import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { findPython } from "../../../../components/function/python/interpreter.ts";

describe("the interpreter that packs functions in Python", () => {
  const { PATH, PYENV_ROOT } = process.env;
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "interpreters-"));
    process.env.PATH = folder;
    process.env.PYENV_ROOT = folder;
  });
  afterEach(() => {
    process.env.PATH = PATH;
    if (PYENV_ROOT === undefined) delete process.env.PYENV_ROOT;
    else process.env.PYENV_ROOT = PYENV_ROOT;
    rmSync(folder, { recursive: true });
  });

  /** A program that answers as an interpreter of that version does. */
  function install(path: string, answer: string): string {
    const program = join(folder, path);
    mkdirSync(dirname(program), { recursive: true });
    writeFileSync(program, `#!/bin/sh\n${answer}\n`, { mode: 0o755 });
    return program;
  }

  it("is of the runtime's version where there is one", () => {
    install("python9.1", "echo 9.1 True");
    install("python3", "echo 3.9 True");
    install("python", "echo 2.7 False");
    assert.deepEqual(findPython("9.1"), { program: "python9.1", version: "9.1", pip: true });
  });

  it("is pyenv's where the command is a placeholder", () => {
    install("python9.2", "exit 127");
    const program = install("versions/9.2.4/bin/python3", "echo 9.2 False");
    install("python3", "echo 3.9 True");
    assert.deepEqual(findPython("9.2"), { program, version: "9.2", pip: false });
  });

  it("is python3 otherwise, and looked for once", () => {
    const program = install("python3", "echo 3.9 True");
    install("python", "echo 2.7 False");
    const found = findPython("9.3");
    assert.deepEqual(found, { program: "python3", version: "3.9", pip: true });
    rmSync(program);
    assert.equal(findPython("9.3"), found);
  });

  it("is none where there is none", () => {
    assert.equal(findPython("9.4"), undefined);
  });
});
