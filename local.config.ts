/** What only this program knows about its run on one machine (`npm start`). */
import { defineConfig } from "pulumi-local/config";
import { prepareAccount } from "./bootstrap/localAccount.ts";
import { idleTags } from "./bootstrap/localNotebooks.ts";

export default defineConfig({
  watch: {
    program: [
      "index.ts",
      "config.ts",
      "environment.ts",
      "nodeVersion.ts",
      "components",
      "policy/throwAway.ts",
      "Pulumi.yaml",
      "Pulumi.local.yaml",
      "Pulumi.local.own.yaml",
    ],
    packed: ["handlers", "containers", "models", "jobs"],
    repack: async (...given) => (await import("./components/function/repack.ts")).repack(...given),
  },
  // Sixty times AWS's: five minutes of a gradual deployment take five seconds.
  clock: 60,
  // Nothing is built here: what runs instead of a container's entry point.
  images: {
    "*/recommender*": ["node", "containers/recommender/main.ts"],
    "*/*-predictor-*": ["node", "containers/predictor/main.ts"],
  },
  console: { pages: ["console/approvals.tsx", "console/models.tsx", "console/notebooks.tsx"] },
  prepare: prepareAccount,
  notebookReport: idleTags,
  // What `pulumi up --policy-pack policy` would refuse.
  review: async (stack) => (await import("./policy/review.ts")).review(stack),
  switches: {
    gradual: {
      description: "shift traffic step by step, with hooks and alarms: --config gradualDeployment=true",
      config: { gradualDeployment: "true" },
    },
  },
  try: {
    whodisUrl: (url) => `curl ${url}`,
    irisUrl: (url) =>
      `curl ${url} -d '{"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}'`,
    archiverStateMachineArn: () => "npm run -s dsp -- archive start --approval",
    approvalQueueUrl: () => "npm run -s dsp -- approvals list",
    platformUrl: () => "npm run -s dsp -- notebooks create anna && npm run -s dsp -- notebooks open anna",
    jobsTableName: () => "npm run -s dsp -- jobs run ratings --script recommender_ratings.py",
    recommenderUrl: () => "npm run -s dsp -- snowflake sql",
    logs: "npm run logs -- --follow",
  },
});
