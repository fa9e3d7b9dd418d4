// `node killedEngine.ts PROGRAM STATE THINGS`: one `up`, in a process that a test kills meanwhile.
import { Engine } from "../../../src/engine/index.ts";
import { durableThings } from "./durableThings.ts";

const [programDirectory, stateDirectory, things] = process.argv.slice(2) as [string, string, string];
const registry = durableThings(things);
const engine = await Engine.open({ programDirectory, stack: "dev", stateDirectory, registry, onEvent() {} });
await engine.up();
await engine.close();
