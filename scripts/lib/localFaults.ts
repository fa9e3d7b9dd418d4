import { Failure } from "./failure.ts";
import { signedFetch } from "./signedFetch.ts";
import { clientOf, localStack, type Stack } from "./stack.ts";

/** A call that went wrong because it was asked for. */
export interface Fault {
  /** Milliseconds since 1970. */
  at: number;
  kind: string;
  /** Which rule, from 0, and which of the calls that matched it, from 1. */
  rule: number;
  call: number;
  service: string;
  operation: string;
  /** ARN of who called. */
  principal?: string;
  milliseconds?: number;
  /** Of the error that was answered. */
  code?: string;
}

export interface FaultStatus {
  running: boolean;
  seed?: number;
  since?: number;
  /** With how many calls each has matched, and how many faults came of them. */
  rules: {
    kind: string;
    probability: number;
    from?: number;
    to?: number;
    service?: string;
    operation?: string;
    role?: string;
    matched: number;
    faults: number;
  }[];
  /** The last thousand, oldest first. */
  faults: Fault[];
}

/** What goes wrong on a local cloud. */
export interface FaultsOf {
  /** @throws {Failure} naming what is wrong with the rules. */
  start(plan: { seed: number; rules: object[] }): Promise<FaultStatus>;
  status(): Promise<FaultStatus>;
  stop(): Promise<FaultStatus>;
}

/** @throws {Failure} for another stack: nothing may go wrong there on purpose. */
export function faultsOf(stack: string): FaultsOf {
  if (stack !== localStack) {
    throw new Failure(`Stack "${stack}" is not the local one; dsp chaos lets calls go wrong there alone.`);
  }
  return faultsAt(clientOf(localStack));
}

/** Of the local cloud at an endpoint. */
export function faultsAt({ region, endpoint, credentials }: Stack["client"]): FaultsOf {
  if (!endpoint || !credentials) throw new Failure("Faults are of a local cloud alone");
  const send = signedFetch(credentials, region, "faults");
  const ask = async (method: string, plan?: object): Promise<FaultStatus> => {
    const given = plan && { headers: { "content-type": "application/json" }, body: JSON.stringify(plan) };
    const answer = await send(new URL("/", endpoint), { method, ...given }).catch(() => {
      throw new Failure(`The local cloud does not answer on ${endpoint}. Start it: npm start`);
    });
    const said = (await answer.json()) as FaultStatus & { message?: string; Message?: string };
    if (!answer.ok) throw new Failure(said.message ?? said.Message ?? `The local cloud answered ${answer.status}`);
    return said;
  };
  return { start: (plan) => ask("PUT", plan), status: () => ask("GET"), stop: () => ask("DELETE") };
}
