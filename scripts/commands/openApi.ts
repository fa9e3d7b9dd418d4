import type { CommandModule } from "yargs";
import { Failure } from "../lib/failure.ts";
import { printJson } from "../lib/print.ts";
import { publicDocument } from "../lib/publicDocument.ts";
import { output, readStack } from "../lib/stack.ts";

/** `dsp openapi`: what an API promises, for those who call it. */
export const openApi: CommandModule<object, { api: string; stack?: string }> = {
  command: "openapi [api]",
  describe: "Print an API's OpenAPI document",
  builder: (command) =>
    command
      .positional("api", { type: "string", default: "platform", describe: "As the stack's output openApi names it" })
      .example("dsp openapi > platform.openapi.json", "The API of notebooks and jobs"),
  async handler({ api, stack: name }) {
    const stack = await readStack(name);
    const documents = output<Record<string, string>>(stack, "openApi");
    const text = documents[api];
    if (text === undefined)
      throw new Failure(`There is no API "${api}". There are: ${Object.keys(documents).join(", ")}`);
    const parsed = JSON.parse(text) as { paths: Record<string, unknown> };
    printJson(publicDocument(text, urlOf(stack.outputs, api, Object.keys(parsed.paths)[0] ?? "")));
  },
};

/** Outputs are URLs of APIs, or of their first route. */
function urlOf(outputs: Record<string, unknown>, api: string, path: string): string {
  const url = String(outputs[`${api}Url`] ?? "");
  return url.endsWith(path) ? url.slice(0, url.length - path.length) : url;
}
