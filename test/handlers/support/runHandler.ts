/** In a process of its own: calls the handler of a file with an event, both of standard input. `killed.ts` starts it. */
import { text } from "node:stream/consumers";
import { context } from "./proxyEvent.ts";

const { file, event } = JSON.parse(await text(process.stdin));
const { handler } = await import(file);
await handler(event, context);
