import { isDeepStrictEqual } from "node:util";
import { isLoopback } from "../../../front/door.ts";
import type { Stage } from "../model.ts";
import type { Records } from "../records.ts";
import { StageRuntime, type Where } from "./stageRuntime.ts";

/** The target of a request: a stage, and the path within it. */
export interface Target {
  stage: StageRuntime;
  path: string;
  /** The custom domain that led here, and its base path. */
  domain?: { name: string; basePath: string };
}

/** Why a request reaches no stage: the gateway's answer. */
export interface NoTarget {
  status: number;
  message: string;
  errorType: string;
}

const FULL = "/_aws/execute-api/";
const DOMAIN = "/_aws/custom-domain/";
const NOT_HERE: NoTarget = { status: 403, message: "Forbidden", errorType: "ForbiddenException" };
const UNKNOWN: NoTarget = {
  status: 403,
  message: "Missing Authentication Token",
  errorType: "MissingAuthenticationTokenException",
};

/**
 * Everything that is deployed to a stage, and which stage a URL means:
 * - `/_aws/execute-api/API_ID/STAGE/path`, the full form;
 * - host `API_ID.execute-api.REGION.…` and `/STAGE/path`, AWS's own form;
 * - the host of a custom domain, or `/_aws/custom-domain/NAME/path`, by its base path mappings;
 * - `/path` alone, when exactly one stage has it.
 */
export class Served {
  /** One per region. */
  readonly #places: { records: Records; where: Where }[] = [];
  #stages: Map<string, StageRuntime> | undefined;
  /** The stages before the last change, whose runtimes are reused. */
  #before: ReadonlyMap<string, StageRuntime> = new Map();
  #short = new Map<string, Target>();

  /** Serves what is deployed in one more region. */
  add(records: Records, where: Where): void {
    const changed = () => {
      this.#before = this.#stages ?? this.#before;
      this.#stages = undefined;
      this.#short.clear();
    };
    this.#places.push({ records, where });
    records.onServedChange(changed);
    changed();
  }

  /** Every stage, by `apiId/stageName`. An unchanged stage keeps its runtime and everything compiled for it. */
  get stages(): ReadonlyMap<string, StageRuntime> {
    if (!this.#stages) {
      this.#stages = new Map();
      for (const { records, where } of this.#places) {
        for (const [key, stage] of records.stages.entries()) {
          const old = this.#before.get(key);
          if (old && isDeepStrictEqual(old.stage, stage)) {
            this.#stages.set(key, old);
            continue;
          }
          const deployment = records.deployments.get(`${stage.restApiId}/${stage.deploymentId}`);
          if (!deployment) continue;
          const runtime = new StageRuntime(stage, deployment, where);
          runtime.canary = canaryOf(stage, records, where);
          this.#stages.set(key, runtime);
        }
      }
    }
    return this.#stages;
  }

  /** @param path begins with a slash, without the query. */
  find(path: string, host: string, httpMethod: string): Target | NoTarget {
    if (path.startsWith(FULL)) return this.#inFull(path.slice(FULL.length));
    if (path.startsWith(DOMAIN)) {
      const [name = "", rest] = cut(path.slice(DOMAIN.length));
      const place = this.#placeOf(name);
      return place ? this.#ofDomain(place, name, rest) : NOT_HERE;
    }
    const dot = host.indexOf(".execute-api.");
    if (dot > 0) return this.#inFull(`${host.slice(0, dot)}${path.replace(/^\/+/, "/")}`);
    const name = hostname(host);
    const place = isLoopback(name) ? undefined : this.#placeOf(name);
    if (place) return this.#ofDomain(place, name, path);
    return this.#inShort(path, httpMethod);
  }

  /** Whether this host is one of ours: this machine's, AWS's name of an API that exists here, or a custom domain. */
  isOwn(host: string): boolean {
    if (isLoopback(host)) return true;
    const name = hostname(host);
    const [, api, region] = /^(\w+)\.execute-api\.([a-z0-9-]+)\.amazonaws\.com$/.exec(name) ?? [];
    return this.#places.some(({ records, where }) =>
      api === undefined ? records.domainNames.has(name) : where.region === region && records.apis.has(api),
    );
  }

  #inFull(rest: string): Target | NoTarget {
    const [apiId, below] = cut(rest);
    const [stageName, path] = cut(below.replace(/^\/+/, ""));
    const stage = this.stages.get(`${apiId}/${stageName}`);
    if (!stage || stage.definition.disableExecuteApiEndpoint) return NOT_HERE;
    return { stage, path };
  }

  /** The records of the region that has the custom domain. */
  #placeOf(domain: string): Records | undefined {
    return this.#places.find(({ records }) => records.domainNames.has(domain))?.records;
  }

  #ofDomain({ basePathMappings: mappings }: Records, name: string, path: string): Target | NoTarget {
    const [first] = cut(path.slice(1));
    const mapping = (first && mappings.get(`${name}/${first}`)) || mappings.get(`${name}/(none)`);
    if (!mapping) return NOT_HERE;
    let rest = mapping.basePath === "(none)" ? path : path.slice(1 + mapping.basePath.length) || "/";
    let stageName = mapping.stage;
    if (stageName === undefined) {
      // With a mapping without a stage, the caller names one in the path.
      const [given, below] = cut(rest.slice(1));
      stageName = given;
      rest = below;
    }
    const stage = this.stages.get(`${mapping.restApiId}/${stageName}`);
    if (!stage) return NOT_HERE;
    const basePath = mapping.basePath === "(none)" ? "" : mapping.basePath;
    return { stage, path: rest, domain: { name, basePath } };
  }

  #inShort(path: string, httpMethod: string): Target | NoTarget {
    const key = `${httpMethod} ${path}`;
    const known = this.#short.get(key);
    if (known) return known;
    const having = [...this.stages.values()].filter(
      (stage) => !stage.definition.disableExecuteApiEndpoint && stage.find(path),
    );
    const answering = having.filter((stage) => stage.method(stage.find(path)!.resource, httpMethod));
    const candidates = answering.length > 0 ? answering : having;
    if (candidates.length === 0) return UNKNOWN;
    if (candidates.length > 1) {
      const forms = candidates.map(({ apiId, stage }) => `${FULL}${apiId}/${stage.stageName}${path}`);
      return {
        status: 409,
        message: `${path} is a path of ${candidates.length} stages; use the full form of the one you mean: ${forms.join(", ")}`,
        errorType: "ConflictException",
      };
    }
    const target = { stage: candidates[0] as StageRuntime, path };
    if (this.#short.size < 1000) this.#short.set(key, target);
    return target;
  }
}

function canaryOf(stage: Stage, records: Records, where: Where): StageRuntime | undefined {
  const { deploymentId = "", stageVariableOverrides } = stage.canarySettings ?? {};
  const deployment = records.deployments.get(`${stage.restApiId}/${deploymentId}`);
  if (!deployment) return undefined;
  const { canarySettings: _, ...own } = stage;
  return new StageRuntime({ ...own, variables: { ...stage.variables, ...stageVariableOverrides } }, deployment, where);
}

const hostname = (host: string): string => host.split(":", 1)[0]!.toLowerCase();

/** `a/b/c` as `a` and `/b/c`; the second is `/` when nothing follows. */
function cut(text: string): [string, string] {
  const slash = text.indexOf("/");
  return slash < 0 ? [text, "/"] : [text.slice(0, slash), text.slice(slash)];
}
