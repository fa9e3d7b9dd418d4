import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { Platform } from "../src/platform.ts";
import type { Settings } from "../src/settings.ts";
import { greeting, readyLine } from "../src/welcome.ts";

describe("what npm start greets with", () => {
  const outputs = { irisUrl: "http://localhost:3000/_aws/execute-api/abc/Prod/v0/iris", openApi: { a: 1, b: 2 } };
  const platform = {
    engine: { outputs: () => outputs },
    local: {
      cloud: { origin: "http://127.0.0.1:4566", region: "eu-west-1" },
      consoleUrl: "http://127.0.0.1:4566/_console/#token=t",
    },
  } as unknown as Platform;
  const lines = (tryThese = {}) => stripVTControlCharacters(greeting(platform, settings, tryThese)).split("\n");
  const settings = { programDirectory: "/shop", stateDirectory: "/shop/.local" } as Settings;
  const { env } = process;
  beforeEach(() => {
    process.env = Object.fromEntries(Object.entries(env).filter(([name]) => !/_proxy$/i.test(name)));
  });
  afterEach(() => {
    process.env = env;
  });

  it("has the outputs, what to try, the console, and a line that leads the AWS CLI of every version here", () => {
    assert.deepEqual(
      lines({ irisUrl: (url: string) => `curl ${url}`, other: () => "not there", logs: "npm run logs" }),
      [
        "",
        "Outputs",
        "  irisUrl  http://localhost:3000/_aws/execute-api/abc/Prod/v0/iris",
        "  openApi  { a, b } (pulumi-local outputs)",
        "",
        "Try",
        "  curl http://localhost:3000/v0/iris",
        "  npm run logs",
        "  http://127.0.0.1:4566/_console/#token=t   (the console: what runs here, live)",
        "  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=eu-west-1 AWS_DEFAULT_REGION=eu-west-1",
        "  aws lambda list-functions   (AWS CLI 2.13 or newer; older ones take --endpoint-url)",
        "",
      ],
    );
  });

  it("says to who has a proxy that this machine is not behind it", () => {
    process.env.https_proxy = "http://proxy.example.org:3128";
    const line = lines().find((one) => one.startsWith("  export "));
    assert.match(
      line ?? "",
      / AWS_DEFAULT_REGION=eu-west-1 no_proxy=127\.0\.0\.1,localhost NO_PROXY=127\.0\.0\.1,localhost$/,
    );
  });

  it("says when all is ready, and how it ends", () => {
    const plain = stripVTControlCharacters(readyLine(3.21, true));
    assert.equal(plain, "ready in 3.2 s; saved changes go live (Ctrl-C ends it)");
  });
});
