import { Config } from "@pulumi/pulumi";
import { ApiWithLambdas } from "../../../components/apiWithLambdas.ts";
import { NodeFunction } from "../../../components/nodeFunction.ts";

/** Routes on ten shared functions, 250 an API: an API has 300 resources, a function's policy 20 KB. */
const count = new Config().requireNumber("count");
const functions = Array.from(
  { length: 10 },
  (_, index) =>
    new NodeFunction(`shared-${index}`, {
      entry: index % 2 ? "handlers/whodis/index.ts" : "handlers/oleoleole/index.ts",
    }),
);
for (let first = 0; first < count; first += 250) {
  const numbers = Array.from({ length: Math.min(250, count - first) }, (_, index) => first + index);
  new ApiWithLambdas(`api-${first}`, {
    routes: Object.fromEntries(numbers.map((number) => [`GET /r${number}`, { function: functions[number % 10]! }])),
  });
}
process.on("exit", () => console.log(`peak ${process.resourceUsage().maxRSS}`));
