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
  AwsError,
  administrator,
  type Call,
  type Cloud,
  type OpenCloud,
  operationOf,
  type Principal,
  type Service,
  unknownOperation,
} from "./service.ts";
import { type Factory, globalServices, regionalServices, type ServiceSetup } from "./services.ts";
import { keptRegions, regionFolder, type State } from "./state.ts";
import { Store } from "./store.ts";
import { readDocument } from "./wire/document.ts";
import { shapesOf, wireRequest } from "./wire/index.ts";

export interface Region {
  /** As its own services see it. */
  readonly cloud: OpenCloud;
  /** By name, as `cloud.call` takes it. */
  readonly services: Map<string, Service>;
  /** Pending while its services start: calls from outside wait for it. */
  starting: Promise<void> | undefined;
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
  store: Store;
  /** Services that belong to this region alone. */
  own: Service[];
}

export class Regions {
  readonly #account: Account;
  readonly #global = new Map<string, Service>();
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
    const services = [...this.#global.values(), ...[...this.#regions.values()].flatMap(({ own }) => own)];
    await Promise.all(services.map((service) => service.start?.()));
  }

  async stop(): Promise<void> {
    const regions = [...this.#regions.values()];
    // Regions that are still starting cannot be stopped.
    await Promise.allSettled(regions.map(({ starting }) => starting));
    const services = [...this.#global.values(), ...regions.flatMap(({ own }) => own)];
    await Promise.allSettled(services.map((service) => service.stop?.()));
    for (const { store } of regions) store.close();
  }

  #open(name: string): Region {
    const { state, options } = this.#account;
    const isHome = name === state.home;
    if (!isHome && !isRegion(name)) {
      throw new AwsError("ValidationException", `The local cloud has no region ${name}; allowed are those of AWS`, 400);
    }
    const folder = isHome ? options.directory : regionFolder(options.directory, name);
    const store = isHome ? state.store : new Store(folder);
    const services = new Map<string, Service>();
    const permit = gate(services, this.#account.authorizer, { region: name, accountId: options.accountId });
    const dispatch = dispatcher(services, permit, this.#account.faults);
    const cloud = this.#cloud(name, store, folder, services, dispatch, permit);
    const made = (create: Factory) => create(cloud, this.#account);
    if (isHome) for (const service of globalServices.map(made)) this.#global.set(service.name, service);
    const own = regionalServices.map(made);
    for (const service of [...this.#global.values(), ...own]) services.set(service.name, service);
    const region: Opened = { cloud, services, dispatch, starting: undefined, store, own };
    this.#regions.set(name, region);
    if (this.#running) this.#start(region);
    return region;
  }

  #start(region: Opened): void {
    region.starting = Promise.all(region.own.map((service) => service.start?.())).then(() => {
      region.starting = undefined;
    });
    // The caller gets the error.
    region.starting.catch(() => {});
  }

  #cloud(
    region: string,
    store: Store,
    folder: string,
    services: ReadonlyMap<string, Service>,
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
      in: (other) => (other === region ? cloud : this.#entrance(other)),
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

  /** A region as others see it: they wait until it has started. */
  #entrance(name: string, trace?: string): OpenCloud {
    const region = this.get(name);
    const cloud = region.cloud.traced(trace);
    if (!region.starting) return cloud;
    const request = async <Answer>(
      service: string,
      operation: string,
      input: object,
      as?: Principal,
      signal?: AbortSignal,
    ): Promise<Answer> => {
      await region.starting;
      return cloud.request(service, operation, input, as, signal);
    };
    const send: OpenCloud["send"] = async (...given) => {
      await region.starting;
      return cloud.send(...given);
    };
    const traced = (header: string | undefined) => this.#entrance(name, header);
    return Object.assign(Object.create(cloud) as OpenCloud, { call: request, request, send, traced });
  }
}

/** Passes if a call has all its permissions. @throws AwsError naming the first missing one. */
const gate =
  (services: ReadonlyMap<string, Service>, authorizer: Authorizer, place: Pick<Call, "region" | "accountId">): Gate =>
  async (given, accesses) => {
    if (given.segment && accesses[0]) given.segment.resource ??= accesses[0].resource;
    const call = { ...place, ...given };
    for (const access of accesses) {
      const asks = authorizer.asksForTags(call, access);
      authorizer.authorize(call, [asks ? await withResourceTags(services, place, access) : access]);
    }
  };

const dispatcher =
  (services: ReadonlyMap<string, Service>, permit: Gate, faults: Faults): Region["dispatch"] =>
  async (given, input) => {
    const call = withRequestKeys(given, input);
    const operation = operationOf(services.get(call.service), call.operation);
    if (!operation) throw unknownOperation(call.service, call.operation);
    checkReach(call, input);
    await permit(call, await operation.access(input, call));
    return faults.quiet ? operation.run(input, call) : faults.around(call, () => operation.run(input, call));
  };
