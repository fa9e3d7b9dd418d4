/** The method's response, from an integration's answer: by the first integration response whose pattern it matches. */
import { compileExpression } from "../../../../expression.ts";
import type { Integration, IntegrationResponse } from "../../model.ts";
import type { Reply } from "../exchange.ts";
import { misconfigured } from "../failure.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { mapResponse } from "../mapping/parameters.ts";
import { converted, textOf } from "./content.ts";
import { remapped } from "./headers.ts";
import type { IntegrationAnswer } from "./integrationAnswer.ts";

export function methodResponse(integration: Integration, mapping: Mapping, answer: IntegrationAnswer): Reply {
  const { exchange } = mapping;
  const chosen = chooseResponse(integration, answer.selectedBy);
  if (!exchange.method.method.methodResponses[chosen.statusCode]) {
    throw misconfigured(
      "Execution failed due to configuration error: Output mapping refers to an invalid method response",
    );
  }
  const { binaryMediaTypes } = exchange.stage;
  const contentType = answer.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const binary = integration.type !== "MOCK" && binaryMediaTypes.matches(contentType);
  const body = responseBody(
    chosen,
    mapping,
    converted(answer.body, handlingOf(chosen, binary, mapping), binary),
    contentType,
  );
  const headers = mapResponse(chosen, mapping, answer);
  for (const [name, value] of Object.entries(mapping.responseOverride.header)) {
    const values = (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, String(one)]);
    const others = headers.filter(([known]) => known.toLowerCase() !== name.toLowerCase());
    headers.splice(0, headers.length, ...others, ...values);
  }
  const given = remapped(headers);
  if (!given.some(([name]) => name.toLowerCase() === "content-type")) given.push(["Content-Type", body.type]);
  const status = Number(mapping.responseOverride.status ?? chosen.statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw misconfigured(`Execution failed due to configuration error: Invalid status code ${status}`);
  }
  return { status, headers: given.flat(), body: body.content };
}

function chooseResponse({ integrationResponses }: Integration, text: string): IntegrationResponse {
  const responses = Object.values(integrationResponses);
  const chosen =
    responses.find(
      ({ selectionPattern }) => selectionPattern && compileExpression(selectionPattern).matchesWhole(text),
    ) ?? responses.find(({ selectionPattern }) => !selectionPattern);
  if (chosen) return chosen;
  throw misconfigured(
    "Execution failed due to configuration error: No match for output mapping and no default endpoint response mapping configured. " +
      `Endpoint Response Status Code: ${text}`,
  );
}

/** Without a rule of its own, a binary answer goes as text to a client that accepts no binary type. */
function handlingOf({ contentHandling }: IntegrationResponse, binary: boolean, { exchange }: Mapping) {
  const accepts = exchange.stage.binaryMediaTypes.matches(exchange.header("accept"));
  return contentHandling ?? (binary && !accepts ? "CONVERT_TO_TEXT" : undefined);
}

/** By the first template whose media type the client accepts, else the first; without templates as it is. */
function responseBody(
  { responseTemplates = {} }: IntegrationResponse,
  mapping: Mapping,
  body: Buffer,
  contentType: string | undefined,
): { content: Buffer | string; type: string } {
  const types = Object.keys(responseTemplates);
  if (types.length === 0) return { content: body, type: "application/json" };
  const accepted = (mapping.exchange.header("accept") ?? "").split(",").map((part) => part.split(";")[0]!.trim());
  const type =
    accepted.find((wanted) => types.includes(wanted)) ??
    types.find((known) => contentType?.startsWith(known)) ??
    (types.includes("application/json") ? "application/json" : (types[0] as string));
  const template = responseTemplates[type];
  if (!template) return { content: body, type };
  return { content: mapping.render(template, textOf(body, "response"), "response"), type };
}
