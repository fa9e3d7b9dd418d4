import { getStack } from "@pulumi/pulumi";
import { registerResourceTransform } from "@pulumi/pulumi/runtime";
import { ApiWithLambdas } from "./components/apiWithLambdas.ts";
import { encryptLogGroups } from "./components/logEncryption.ts";
import { appVersion, logKeyArn } from "./config.ts";

// What holds for the whole stack.

if (logKeyArn) registerResourceTransform(encryptLogGroups(logKeyArn));

// Two small APIs: one that says nothing about itself, and one with a stage and settings of its own.

const whodis = new ApiWithLambdas("whodis", {
  description: "Who is calling, and from where",
  routes: {
    "GET /whodis": { entry: "handlers/whodis/index.ts", environment: { APP_VERSION: appVersion }, auth: "none" },
  },
});

const oleoleole = new ApiWithLambdas("oleoleole", {
  description: "A hot greeting",
  definition: { stageName: getStack().replace(/\W/g, "_") },
  routes: {
    "GET /oleoleole": { entry: "handlers/oleoleole/index.ts", environment: { APP_VERSION: appVersion }, auth: "none" },
  },
});

// What scripts and users may depend on.

export const whodisUrl = whodis.routes["GET /whodis"];
export const oleoleoleUrl = oleoleole.routes["GET /oleoleole"];
export const logGroups = {
  whodis: whodis.functions["GET /whodis"].logGroup.name,
  oleoleole: oleoleole.functions["GET /oleoleole"].logGroup.name,
};
export const openApi = { whodis: whodis.document, oleoleole: oleoleole.document };
