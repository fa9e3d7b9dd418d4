import { join } from "node:path";
import { startInBackground } from "../lib/background.ts";
import { Failure } from "../lib/failure.ts";

/** Region that the judges deploy to. */
const judgesRegion = "eu-west-1";

/** How much faster than AWS's the clock of gradual deployments runs: five minutes of a canary are five seconds. */
const clock = 60;

/** `npm run cloud`, in a process and a state folder of its own. */
export interface LocalCloud {
  /** `http://127.0.0.1:4566` */
  origin: string;
  /** Where the routes of APIs answer, whatever AWS calls them. */
  apiOrigin: string;
  region: string;
  stateDirectory: string;
  stop(): Promise<void>;
}

/** @param stateDirectory made when missing. */
export async function startCloud(stateDirectory: string, region = judgesRegion): Promise<LocalCloud> {
  const options = ["--port", "0", "--api-port", "0", "--region", region, "--state", stateDirectory];
  const root = join(import.meta.dirname, "../..");
  const running = await startInBackground(root, "packages/local-aws/src/main.ts", [
    ...options,
    "--clock",
    String(clock),
  ]);
  const [origin, apiOrigin] = running.printed.match(/http:\/\/[\w.]+:\d+/g) ?? [];
  if (!origin || !apiOrigin) throw new Failure(`npm run cloud does not say where it answers:\n${running.printed}`);
  return { origin, apiOrigin, region, stateDirectory, stop: () => running.stop() };
}

/** For an SDK client of the account's administrator. */
export const clientOf = ({ origin, region }: LocalCloud) => ({
  region,
  endpoint: origin,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/** `https://abc123.execute-api.eu-west-1.amazonaws.com/Prod`, in any text, as the address that answers here. */
export const reachable = <T>(value: T, { apiOrigin }: LocalCloud): T =>
  JSON.parse(
    JSON.stringify(value).replaceAll(
      /https:\/\/(\w+)\.execute-api\.[\w-]+\.amazonaws\.com/g,
      `${apiOrigin}/_aws/execute-api/$1`,
    ),
  );
