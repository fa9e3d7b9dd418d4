/**
 * The account's regions. Each has its own services, store and folder; what AWS has once per account (IAM, STS, S3) is
 * shared by all of them. The home region exists from the beginning, others from their first use.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { isRegion } from "./arn.ts";
import type { Authorizer } from "./authorization/authorizer.ts";
import { withRequestKeys } from "./authorization/requestKeys.ts";
import { withResourceTags } from "./authorization/resourceTags.ts";
import type { ServiceSessions } from "./authorization/serviceSessions.ts";
import type { Faults } from "./faults/injector.ts";
import { identify } from "./front/authenticate.ts";
import { contextOf, signedInHeader } from "./front/context.ts";
import { performed, unknownService, wholeStream } from "./front/perform.ts";
import { followed, traceOf } from "./front/trace.ts";
import { checkReach } from "./reach.ts";
import {
  type Access,
  AwsError,
  administrator,
  type Call,
  type Cloud,
  type OpenCloud,
  operationOf,
  type Services,
  unknownOperation,
} from "./service.ts";
import { ServiceMap } from "./serviceMap.ts";
import { globalServices, regionalServices, type ServiceSetup } from "./services.ts";
import { keptRegions, regionFolder, type State, UsedServices } from "./state.ts";
import { Store } from "./store.ts";
import { readDocument } from "./wire/document.ts";
import { shapesOf, wireRequest } from "./wire/index.ts";

export interface Region {
  /** As its own services see it. */
  readonly cloud: OpenCloud;
  /** By name, as `cloud.call` takes it; those of the account, too. */
  readonly services: Services;
  /** Runs an operation whose caller is known, under IAM. */
  dispatch(call: Call, input: object): Promise<object>;
}

/** What all regions share. */
export interface Account extends ServiceSetup {
  state: State;
  sessions: ServiceSessions;
  /** Of the AWS endpoint. @throws Error before it listens. */
  origin(): string;
  /** Of X-Ray's daemon, if there is one. */
  xrayAddress(): string | undefined;
}

type Gate = Cloud["authorize"];

interface Opened extends Region {
  readonly services: ServiceMap;
  readonly store: Store;
}

export class Regions {
  readonly #account: Account;
  #shared: ServiceMap | undefined;
  readonly #regions = new Map<string, Opened>();
  #running = false;

  constructor(account: Account) {
    this.#account = account;
    this.#open(account.state.home);
  }

  /** @throws AwsError when AWS has no such region. */
  get(name: string): Region {
    return this.#regions.get(name) ?? this.#open(name);
  }

  /** Starts every region that has state, so that its timers, schedules and mappings resume. */
  async start(): Promise<void> {
    for (const name of keptRegions(this.#account.options.directory)) this.get(name);
    this.#running = true;
    await Promise.all(this.#maps().map((services) => services.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#maps().map((services) => services.stop()));
    for (const { store } of this.#regions.values()) store.close();
  }

  #maps(): ServiceMap[] {
    return [this.#shared as ServiceMap, ...[...this.#regions.values()].map(({ services }) => services)];
  }

  #open(name: string): Region {
    const { state, options } = this.#account;
    const isHome = name === state.home;
    if (!isHome && !isRegion(name)) {
      throw new AwsError("ValidationException", `The local cloud has no region ${name}; allowed are those of AWS`, 400);
    }
    const folder = isHome ? options.directory : regionFolder(options.directory, name);
    const store = isHome ? state.store : new Store(folder);
    const around = { setup: this.#account, used: new UsedServices(store) };
    const shared = this.#shared ?? new ServiceMap({ ...around, factories: globalServices });
    const services = new ServiceMap({ ...around, factories: regionalServices, shared });
    const permit = gate(services, this.#account.authorizer, { region: name, accountId: options.accountId });
    const dispatch = dispatcher(services, permit, this.#account.faults);
    const cloud = this.#cloud(name, store, folder, services, dispatch, permit);
    const region: Opened = { cloud, services, dispatch, store };
    this.#regions.set(name, region);
    if (!this.#shared) {
      this.#shared = shared;
      shared.open(cloud);
    }
    services.open(cloud);
    // Who calls a service gets its error.
    if (this.#running) services.start().catch(() => {});
    return region;
  }

  #cloud(
    region: string,
    store: Store,
    folder: string,
    services: Services,
    dispatch: Region["dispatch"],
    permit: Gate,
  ): OpenCloud {
    const {
      options,
      state,
      directory: identities,
      sessions,
      origin,
      xrayAddress,
      plane,
      containerCredentials,
    } = this.#account;
    const { accountId } = options;
    const directory = join(folder, "files");
    mkdirSync(directory, { recursive: true });
    const root = administrator(accountId);
    const requester =
      (trace?: string) =>
      async <Answer>(
        service: string,
        operation: string,
        input: object,
        principal = root,
        signal?: AbortSignal,
      ): Promise<Answer> => {
        const requestId = randomUUID();
        const call: Call = { service, operation, principal, region, accountId, requestId, ...(signal && { signal }) };
        if (service === "s3") call.context = () => signedInHeader;
        return followed(call, trace, cloud, () => dispatch(call, input)) as Answer;
      };
    const request = requester();
    const cloud: OpenCloud = {
      region,
      accountId,
      store,
      accountStore: state.store,
      directory,
      get origin() {
        return origin();
      },
      get xrayAddress() {
        return xrayAddress();
      },
      get apiOrigin() {
        return plane.origin;
      },
      shareCredentials: (roleArn, session) => containerCredentials.add(roleArn, session),
      in: (other) => (other === region ? cloud : this.get(other).cloud),
      traced(trace) {
        if (trace === undefined) return cloud;
        const traced = Object.create(cloud) as OpenCloud;
        const same = requester(trace);
        const there = (other: string) => (other === region ? traced : cloud.in(other).traced(trace));
        return Object.assign(traced, { call: same, request: same, in: there });
      },
      call: request,
      request,
      async send(name, { method, url, headers, body }, principal) {
        const service = services.get(name);
        if (!service) throw unknownService(name);
        await services.starting(name);
        const wire = wireRequest({ method, headers }, url, body);
        const context = () => ({ ...contextOf(wire, undefined), ...(name === "s3" && signedInHeader) });
        const call: Call = {
          service: name,
          operation: "",
          principal,
          region,
          accountId,
          requestId: randomUUID(),
          context,
        };
        const given = { request: wire, url, body: () => wholeStream(wire) };
        return followed(
          call,
          traceOf(wire),
          cloud,
          () => performed({ service, dispatch }, given, call),
          (answer) => answer.status,
        );
      },
      async readDocument(service, operation, document) {
        const found = services.get(service);
        const shapes = found && (await shapesOf(found));
        // A service that parses requests itself uses the API's own operation names.
        if (found && !shapes && operationOf(found, operation)) return document as object;
        const shape = shapes?.operations.get(operation);
        if (!shape) throw unknownOperation(service, operation);
        return readDocument(shape.input, document) as object;
      },
      identify: (credentials) => identify({ directory: identities, accountId }, credentials),
      authorize: permit,
      faults: this.#account.faults,
      assumeRole: async (...role) => sessions.assume(...role),
    };
    return cloud;
  }
}

/** Passes if a call has all its permissions. @throws AwsError naming the first missing one. */
const gate =
  (services: Services, authorizer: Authorizer, place: Pick<Call, "region" | "accountId">): Gate =>
  (given, accesses) => {
    if (given.segment && accesses[0]) given.segment.resource ??= accesses[0].resource;
    const call = { ...place, ...given };
    const asks = (access: Access) => authorizer.asksForTags(call, access);
    if (!accesses.some(asks)) return authorizer.authorize(call, accesses);
    return (async () => {
      for (const access of accesses) {
        authorizer.authorize(call, [asks(access) ? await withResourceTags(services, place, access) : access]);
      }
    })();
  };

const dispatcher =
  (services: Services, permit: Gate, faults: Faults): Region["dispatch"] =>
  async (given, input) => {
    const call = withRequestKeys(given, input);
    const operation = operationOf(services.get(call.service), call.operation);
    if (!operation) throw unknownOperation(call.service, call.operation);
    const starting = services.starting(call.service);
    if (starting) await starting;
    checkReach(call, input);
    // Nothing waits for what is there already: most of it is.
    const accesses = operation.access(input, call);
    const permitted = permit(call, accesses instanceof Promise ? await accesses : accesses);
    if (permitted) await permitted;
    return faults.around(call, () => operation.run(input, call));
  };
