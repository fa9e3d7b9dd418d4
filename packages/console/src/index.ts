/** The console's side in Node: its pages bundled for a browser, and what they show of a stack's resources. */
import type { ConsoleSource } from "local-aws";
import { type Bundle, type BundleOptions, bundle } from "./bundle.ts";
import { mapOf, type StackMap } from "./map/index.ts";
import type { Stack } from "./stack.ts";

export type { Resource, Stack } from "./stack.ts";

export interface ConsoleOptions extends BundleOptions {
  /** The stack as it is now. */
  stack(): Stack;
}

/** What a browser shows before the script runs: the frame's first lines, which the script takes over. */
const shell = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Console</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="app.css">
<script type="module" src="app.js"></script>
<body><header class="top"><a class="brand" href="#/">Console</a></header></body>
</html>
`;

/** What {@link CloudOptions} of local-aws takes as `console`. */
export function createConsole({ stack, ...options }: ConsoleOptions): ConsoleSource & { prepare(): Promise<void> } {
  let bundling: Promise<Bundle> | undefined;
  /** An engine gives the same list until something changes. */
  let drawn: { of: Stack["resources"]; map: StackMap } | undefined;
  // Again for each page that is opened: a source that was saved is live at the next.
  const files = () => {
    bundling ??= bundle(options).finally(() => (bundling = undefined));
    return bundling;
  };
  return {
    async file(name) {
      if (name === "index.html") return { type: "text/html; charset=utf-8", body: shell };
      if (name === "app.js") return { type: "text/javascript; charset=utf-8", body: (await files()).script };
      if (name === "app.css") return { type: "text/css; charset=utf-8", body: (await files()).style };
      return undefined;
    },
    documents: {
      map() {
        const now = stack();
        if (drawn?.of !== now.resources) drawn = { of: now.resources, map: mapOf(now) };
        return drawn.map;
      },
      resource: (urn) => stack().resources.find((one) => one.urn === urn),
    },
    /** Bundles the pages before anybody asks for them. */
    async prepare() {
      await files();
    },
  };
}
