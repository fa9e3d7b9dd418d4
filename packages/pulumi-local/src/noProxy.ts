/** Proxies are for the world: what is sent to this machine must not go through one. */

/** Names of this machine, as `no_proxy` lists them. */
const here = ["127.0.0.1", "localhost"];

/**
 * What keeps clients of this machine off the user's proxy, which most of them, as curl and the AWS CLI, send even that through.
 * @param environment the user's.
 * @returns `no_proxy` as it is and for this machine, by both of its names; nothing where there is no proxy, or this machine is off it.
 */
export function noProxy(environment: NodeJS.ProcessEnv): Record<string, string> {
  const isProxied = Object.entries(environment).some(([name, value]) => /^(https?|all)_proxy$/i.test(name) && value);
  const listed = (environment.no_proxy || environment.NO_PROXY || "").split(",").map((one) => one.trim());
  const missing = here.filter((name) => !listed.includes(name));
  if (!isProxied || listed.includes("*") || missing.length === 0) return {};
  const list = [...listed.filter(Boolean), ...missing].join(",");
  return { no_proxy: list, NO_PROXY: list };
}
