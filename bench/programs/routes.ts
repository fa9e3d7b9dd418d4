import { setImmediate as turn } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { ApiWithLambdas } from "../../components/apiWithLambdas.ts";
import { NodeFunction } from "../../components/nodeFunction.ts";

/**
 * Evaluates a program of N routes on ten shared functions, or registers the same resources with Pulumi alone; prints
 * `{ seconds, megabytes, resources }`. Run by `bench/benchmarks/evaluation.ts`, in a process of its own each time.
 */
const [routes = 10, mode = "program"] = [Number(process.argv[2]), process.argv[3]];

interface Registration {
  type: string;
  name: string;
  props: object;
}

const methods = ["GET", "POST", "PUT", "DELETE"] as const;

/** Four methods a path, so that 1,000 routes are 250 of the 300 resources that an API has; a function for every tenth path. */
function program(): void {
  const functions = Array.from(
    { length: 10 },
    (_, index) => new NodeFunction(`shared-${index}`, { entry: "handlers/whodis/index.ts" }),
  );
  const entries = Array.from({ length: routes }, (_, index) => {
    const path = Math.floor(index / methods.length);
    return [`${methods[index % methods.length]} /r${path}`, { function: functions[path % 10]! }] as const;
  });
  new ApiWithLambdas("routes", { routes: Object.fromEntries(entries) });
}

/** What Pulumi itself takes for the same resources with the same inputs, and none of our code. */
function registerAll(registrations: Registration[]): void {
  for (const { type, name, props } of registrations) {
    const [, path = "", kind = ""] = type.split(":");
    const classes = require(`@pulumi/aws/${path.split("/", 1)[0]}`);
    new classes[kind](name, props);
  }
}

/** Outputs of every type that the program reads. */
const outputsOf = (name: string) => ({
  arn: `arn:aws:service:eu-west-1:123456789012:${name}`,
  executionArn: `arn:aws:execute-api:eu-west-1:123456789012:${name}`,
  invokeArn: `arn:aws:apigateway:eu-west-1:lambda:path/functions/${name}/invocations`,
  invokeUrl: `https://${name}.execute-api.eu-west-1.amazonaws.com/Prod`,
  version: "1",
});

async function measure(build: () => void): Promise<{ seconds: number; megabytes: number; made: Registration[] }> {
  const made: Registration[] = [];
  const original = MockMonitor.prototype.registerResource;
  MockMonitor.prototype.registerResource = function (request, callback) {
    made.push({ type: request.getType(), name: request.getName(), props: request.getObject().toJavaScript() });
    return original.call(this, request, callback);
  };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: `${name}-id`, state: { name, ...inputs, ...outputsOf(name) } }),
      call: ({ inputs }) => inputs,
    },
    "bench",
    "bench",
  );
  const started = performance.now();
  build();
  await turn();
  await pulumi.runtime.disconnect();
  const seconds = (performance.now() - started) / 1000;
  MockMonitor.prototype.registerResource = original;
  return { seconds, megabytes: process.resourceUsage().maxRSS / 1024, made };
}

async function main(): Promise<void> {
  if (mode === "program") {
    const { seconds, megabytes, made } = await measure(program);
    console.log(JSON.stringify({ seconds, megabytes, resources: made.length }));
    return;
  }
  const { made } = await measure(program);
  const registrations = made.filter(({ type }) => type.startsWith("aws:"));
  for (const registration of registrations) delete (registration.props as { code?: object }).code;
  const { seconds, megabytes } = await measure(() => registerAll(registrations));
  console.log(JSON.stringify({ seconds, megabytes, resources: registrations.length }));
}

void main();
