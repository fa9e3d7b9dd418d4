import assert from "node:assert/strict";
import fc from "fast-check";
import { zipSync } from "fflate";
import { executables } from "../../../src/services/lambda/zipModes.ts";

const unix = 3;
const file = (mode: number, os = unix) => [new Uint8Array([1]), { os, attrs: mode << 16 }] as const;
const zip = (files: Record<string, ReturnType<typeof file>>) => zipSync(files as never);

describe("the permissions in a .zip archive", () => {
  it("say which files are programs", () => {
    const made = zip({ bootstrap: file(0o100755), "bin/ü": file(0o100744), data: file(0o100644), dos: file(0o755, 0) });
    assert.deepEqual(executables(made), ["bootstrap", "bin/ü"]);
  });

  it("are read whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(200), (bytes, at) => {
        const made = zip({ bootstrap: file(0o100755) });
        made.set(bytes.slice(0, Math.max(0, made.length - at)), Math.min(at, made.length));
        assert.ok(Array.isArray(executables(made)));
        assert.ok(Array.isArray(executables(bytes)));
      }),
    );
  });
});
