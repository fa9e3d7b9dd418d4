/**
 * Faults on demand, which AWS has as a service of its own (FIS) and with other means: here a rule says which calls go wrong.
 * Requests are signed for `faults` and decided by IAM like all others: `GET /` shows, `PUT /` starts, `DELETE /` stops.
 */
import type { Faults } from "../../faults/injector.ts";
import { checkServices, readPlan } from "../../faults/plan.ts";
import type { RawRequest, RawResponse } from "../../http/raw.ts";
import { parseJson } from "../../jsonText.ts";
import { AwsError, type Cloud, type Service } from "../../service.ts";

const operations: Record<string, string> = { GET: "GetFaults", PUT: "StartFaults", DELETE: "StopFaults" };

/** @param services whose calls a rule may mean. */
export function createFaults(cloud: Cloud, faults: Faults, services: readonly string[]): Service {
  return {
    name: "faults",
    operations: {},
    async handle(request, call) {
      const operation = operations[request.method];
      if (!operation) {
        throw new AwsError(
          "ValidationException",
          `The method is ${request.method}; allowed are GET, PUT and DELETE`,
          405,
        );
      }
      call.operation = operation;
      await cloud.authorize(call, [{ action: `faults:${operation}`, resource: "*" }]);
      if (operation === "StartFaults") faults.start(planOf(request, services));
      if (operation === "StopFaults") faults.stop();
      return json(faults.status());
    },
  };
}

function planOf({ whole }: RawRequest, services: readonly string[]) {
  let given: unknown;
  try {
    given = parseJson(whole?.toString() ?? "");
  } catch {
    throw new AwsError("SerializationException", "The body is not JSON");
  }
  try {
    return checkServices(readPlan(given), services);
  } catch (error) {
    throw new AwsError("ValidationException", (error as Error).message);
  }
}

const json = (value: object): RawResponse => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
});
