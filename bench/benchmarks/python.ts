/** Functions of Python, beside AWS's runtime interface client alone: what the local Lambda adds to it. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { pythonTools, startCloud, zip } from "local-aws/testing";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";

/** It answers with its event; asked for nothing, with the interpreter that it runs on. */
const code = "import sys\ndef handler(event, context): return event or sys.executable\n";
const payload = '{"a":1}';
const rounds = 500;

/** A loop around AWS's client and nothing else: an HTTP server that hands out requests and takes answers. */
async function startBare(python: string) {
  const folder = mkdtempSync(join(tmpdir(), "bare-"));
  writeFileSync(join(folder, "app.py"), code);
  let asking: (response: ServerResponse) => void = () => {};
  let asked = new Promise<ServerResponse>((resolve) => (asking = resolve));
  let answered = () => {};
  const server = createServer((request, response) => {
    if (request.method === "GET") return asking(response);
    request.resume().once("end", () => {
      response.writeHead(202).end("{}");
      answered();
    });
  }).listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  const began = performance.now();
  const child = spawn(python, ["-m", "awslambdaric", "app.handler"], {
    cwd: folder,
    env: {
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
      // By this the client knows how Lambda would have it wait.
      AWS_EXECUTION_ENV: "AWS_Lambda_python3.13",
    },
  });
  await asked;
  return {
    cold: performance.now() - began,
    async invoke(): Promise<number> {
      const response = await asked;
      asked = new Promise((resolve) => (asking = resolve));
      const start = performance.now();
      const done = new Promise<void>((resolve) => (answered = resolve));
      const headers = {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": "1",
        "lambda-runtime-deadline-ms": String(Date.now() + 10_000),
        "lambda-runtime-invoked-function-arn": "arn",
      };
      response.writeHead(200, headers).end(payload);
      await done;
      return performance.now() - start;
    },
    stop() {
      child.kill();
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const milliseconds = (time: number) => `${time.toFixed(time < 10 ? 2 : 0)} ms`;

const python: Benchmark = {
  name: "python",
  async run(): Promise<Row[]> {
    const cloud = await startCloud({ tools: pythonTools });
    try {
      const { roleArn } = await cloud.mintRole();
      await cloud.client(LambdaClient).send(
        new CreateFunctionCommand({
          FunctionName: "f",
          Runtime: "python3.13",
          Handler: "app.handler",
          Timeout: 30,
          Role: roleArn,
          Code: { ZipFile: zip({ "app.py": code }) },
        }),
      );
      const invoke = async () => {
        const start = performance.now();
        await cloud.cloud.call("lambda", "Invoke", { FunctionName: "f", Payload: payload });
        return performance.now() - start;
      };
      // The client is installed, and its code compiled, before anything is measured.
      const { Payload } = await cloud.cloud.call<{ Payload: Buffer }>("lambda", "Invoke", {
        FunctionName: "f",
        Payload: "{}",
      });
      const interpreter = JSON.parse(Payload.toString()) as string;
      await cloud.cloud.call("lambda", "UpdateFunctionConfiguration", { FunctionName: "f", MemorySize: 256 });
      const cold = await invoke();
      const bare = await startBare(interpreter);
      const times = { bare: [] as number[], own: [] as number[] };
      for (let round = 0; round < rounds; round++) {
        times.bare.push(await bare.invoke());
        times.own.push(await invoke());
      }
      bare.stop();
      const [own, alone] = [median(times.own), median(times.bare)];
      return [
        { what: "Python, warm invocation, AWS's client alone, p50", figure: milliseconds(alone) },
        {
          what: "Python, warm invocation, p50",
          figure: `${milliseconds(own)} (${(own / alone).toFixed(2)} times)`,
          goal: "1.5 times AWS's client alone",
          met: own <= 1.5 * alone,
        },
        { what: "Python, cold start, AWS's client alone", figure: milliseconds(bare.cold) },
        { what: "Python, cold start", figure: milliseconds(cold) },
      ];
    } finally {
      await cloud.stop();
    }
  },
};
export default python;
