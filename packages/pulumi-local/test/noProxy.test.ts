import assert from "node:assert/strict";
import { noProxy } from "../src/noProxy.ts";

describe("a user's proxy", () => {
  const both = (list: string) => ({ no_proxy: list, NO_PROXY: list });
  const proxy = "http://proxy.example.org:3128";
  const cases: [string, NodeJS.ProcessEnv, object][] = [
    ["there is none", {}, {}],
    ["there is none, although something is listed", { no_proxy: "example.org" }, {}],
    ["it is set", { HTTPS_PROXY: proxy }, both("127.0.0.1,localhost")],
    [
      "it is set for some",
      { http_proxy: proxy, NO_PROXY: "example.org, localhost" },
      both("example.org,localhost,127.0.0.1"),
    ],
    ["it is set for this machine already not", { all_proxy: proxy, no_proxy: "localhost,127.0.0.1" }, {}],
    ["it is set for nothing", { http_proxy: proxy, no_proxy: "*" }, {}],
    ["it is empty", { http_proxy: "" }, {}],
  ];
  for (const [what, environment, expected] of cases) {
    it(`keeps off this machine where ${what}`, () => assert.deepEqual(noProxy(environment), expected));
  }
});
