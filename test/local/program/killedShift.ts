/** A run that is killed: `node killedShift.ts FOLDER CONFIGURATION` (JSON) prints how its shift goes. */
import { GradualStack } from "./gradualStack.ts";

const [folder = "", changes = "{}"] = process.argv.slice(2);
const stack = new GradualStack(folder);
stack.onEvent = (event) => {
  if (event.kind === "message" && event.severity !== "debug") console.log(event.text);
};
await stack.open(60);
await stack.up(JSON.parse(changes));
