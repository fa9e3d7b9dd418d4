/** Functions of Python, beside AWS's runtime interface client alone, which shows what the local Lambda adds to it, and beside a peer. */
import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { CreateFunctionCommand, InvokeCommand, LambdaClient, waitUntilFunctionActiveV2 } from "@aws-sdk/client-lambda";
import { pythonTools, startCloud, zip } from "local-aws/testing";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { peerVersions, startMiniStack } from "../lib/contenders.ts";
import { median } from "../lib/load.ts";
import { root } from "../lib/platform.ts";
import { Server } from "../lib/server.ts";

/** It answers with its event; asked for nothing, with the interpreter that it runs on. */
const code = "import sys\ndef handler(event, context): return event or sys.executable\n";
const payload = '{"a":1}';
const rounds = 500;
/** Milliseconds between measurements, in which each of those compared gets done with its last request and asks for the next. */
const pauseMs = 5;

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

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const settings = (Role: string) => ({
  FunctionName: "f",
  Runtime: "python3.13" as const,
  Handler: "app.handler",
  Timeout: 30,
  Role,
  Code: { ZipFile: zip({ "app.py": code }) },
});

/** Invocations by the SDK over HTTP, here and on the peer: warm, and of a function that is new. */
async function beside(own: LambdaClient, roleArn: string, interpreter: string): Promise<Row[]> {
  const peer = new Server(await startMiniStack(["lambda", "iam", "sts", "logs"], interpreter), 1);
  const name = `MiniStack ${peerVersions().ministack}`;
  try {
    const theirs = peer.client(LambdaClient);
    const invoke = (client: LambdaClient, FunctionName: string) =>
      timed(() => client.send(new InvokeCommand({ FunctionName, Payload: Buffer.from(payload) })));
    const cold = { own: [] as number[], theirs: [] as number[] };
    for (let round = 0; round < 5; round++) {
      for (const [whose, client, role] of [
        ["own", own, roleArn],
        ["theirs", theirs, "arn:aws:iam::000000000000:role/r"],
      ] as const) {
        const FunctionName = `cold-${round}`;
        await client.send(new CreateFunctionCommand({ ...settings(role), FunctionName }));
        await waitUntilFunctionActiveV2({ client, maxWaitTime: 60 }, { FunctionName });
        cold[whose].push(await invoke(client, FunctionName));
      }
    }
    const warm = { own: [] as number[], theirs: [] as number[] };
    for (let round = 0; round < 200; round++) {
      await sleep(pauseMs);
      warm.own.push(await invoke(own, "cold-0"));
      await sleep(pauseMs);
      warm.theirs.push(await invoke(theirs, "cold-0"));
    }
    const [mine, other] = [median(warm.own), median(warm.theirs)];
    return [
      {
        what: `Python, warm invocation by the SDK, against ${name}, p50`,
        figure: `${milliseconds(mine)} against ${milliseconds(other)}: ${(mine / other).toFixed(2)} times`,
        goal: "half of the peer's",
        met: mine <= other / 2,
      },
      {
        what: `Python, cold start by the SDK, against ${name}`,
        figure: `${milliseconds(median(cold.own))} against ${milliseconds(median(cold.theirs))}`,
      },
    ];
  } finally {
    await peer.stop();
  }
}

/** Milliseconds to pack a changed handler whose packages are at hand, each time in a process of its own. */
async function packing(): Promise<Row> {
  mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
  const folder = mkdtempSync(join(root, "node_modules/.cache/packing-"));
  try {
    const entry = join(folder, "app.py");
    writeFileSync(entry, "import pandas\ndef lambda_handler(event, context): return str(pandas)\n");
    writeFileSync(join(folder, "requirements.txt"), "pandas==2.3.3\n");
    const pack = async () => {
      const args = ["--require", "ts-node/register", join(root, "bench/programs/python.ts"), relative(root, entry)];
      const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
      return Number(stdout);
    };
    await pack();
    const times: number[] = [];
    for (let round = 0; round < 5; round++) {
      appendFileSync(entry, `# ${randomUUID()}\n`);
      times.push(await pack());
    }
    const figure = median(times);
    return {
      what: "Python, packing a changed handler with pandas, packages at hand",
      figure: milliseconds(figure),
      goal: "<= 300 ms",
      met: figure <= 300,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const python: Benchmark = {
  name: "python",
  async run(): Promise<Row[]> {
    const cloud = await startCloud({ tools: pythonTools });
    try {
      const { roleArn } = await cloud.mintRole();
      const client = cloud.client(LambdaClient);
      await client.send(new CreateFunctionCommand(settings(roleArn)));
      const call = (Payload: string) =>
        cloud.cloud.call("lambda", "Invoke", { FunctionName: "f", Payload: Payload as never });
      // The client is installed, and its code compiled, before anything is measured.
      const { Payload } = (await call("{}")) as { Payload: Uint8Array };
      const interpreter = JSON.parse(Buffer.from(Payload).toString()) as string;
      await cloud.cloud.call("lambda", "UpdateFunctionConfiguration", { FunctionName: "f", MemorySize: 256 });
      await waitUntilFunctionActiveV2({ client, maxWaitTime: 60 }, { FunctionName: "f" });
      const cold = await timed(() => call(payload));
      const bare = await startBare(interpreter);
      const times = { bare: [] as number[], own: [] as number[] };
      for (let round = 0; round < rounds; round++) {
        await sleep(pauseMs);
        times.bare.push(await bare.invoke());
        await sleep(pauseMs);
        times.own.push(await timed(() => call(payload)));
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
        ...(await beside(client, roleArn, interpreter)),
        await packing(),
      ];
    } finally {
      await cloud.stop();
    }
  },
};
export default python;
