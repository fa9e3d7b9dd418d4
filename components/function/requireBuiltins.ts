import { isBuiltin } from "node:module";
import type { Plugin } from "esbuild";

/**
 * Node's own modules are required, not imported: an import of `http` reads all of its exports, one of which loads undici,
 * and so a fifth of a cold start goes by for nothing.
 */
export const requireBuiltins: Plugin = {
  name: "require-builtins",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z_:/0-9]+$/ }, ({ path, kind }) =>
      kind === "import-statement" && isBuiltin(path) ? { path, namespace: "builtin" } : undefined,
    );
    onLoad({ filter: /.*/, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
