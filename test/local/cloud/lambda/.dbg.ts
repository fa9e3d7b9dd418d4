import { startFunctions } from "./support.ts";

const before = await startFunctions({ asyncDelayScale: 0.01 });
await before.create("later", "export const handler = async () => { throw new Error('not yet') }");
await before.test.cloud.call("lambda", "Invoke", {
  FunctionName: "later",
  InvocationType: "Event",
  Payload: '{"kept":true}',
});
await before.test.stop({ keep: true });
const again = await startFunctions({ asyncDelayScale: 0 }, before.test.directory);
for (let i = 0; i < 5; i++) {
  console.log(again.test.cloud.store.collection("lambda.asyncEvents").values());
  await new Promise((r) => setTimeout(r, 300));
}
console.log(await again.invoke("later").catch((e) => e));
await again.test.stop();
