/** What tests against a local cloud need: the cloud itself, and shared set-up on it. */
export { type ApiTest, openApi, proxy, startApiTest } from "./apigateway.ts";
export { type Credentials, startCloud, type TestCloud } from "./cloud.ts";
export { appSpec, Lab } from "./codedeploy.ts";
export { aws, commandLines } from "./commandLine.ts";
export { type Sources, startSources } from "./eventsources.ts";
export { logAccess, zip } from "./lambda.ts";
export { pythonTools, withoutPython } from "./python.ts";
export { Running } from "./running.ts";
export { duesOf } from "./schedule.ts";
export { missing, toolsFolder } from "./tools.ts";
