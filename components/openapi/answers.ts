import type { RouteResponse } from "./document.ts";
import type { JsonSchema } from "./jsonSchema.ts";

/** What functions answer to a request that is at fault: `handlers/lib/http.ts`. */
const error: RouteResponse["model"] = {
  name: "Error",
  schema: {
    type: "object",
    required: ["message"],
    properties: {
      message: { type: "string", description: "What is wrong: field, value, and what is allowed" },
      field: { type: "string", description: "What of the request it is about" },
    },
  },
};

const descriptions: Record<number, string> = {
  400: "The request is at fault; the message names field, value and what is allowed",
  403: "The caller may not; answered by the gateway",
  404: "There is none",
  409: "It is not as it would have to be for that",
  412: "If-Match: it has changed since it was read",
  413: "The body is larger than 8 KB",
  422: "Idempotency-Key: came with another request before",
  429: "Too many requests, or a limit of the account is reached; try again later",
};

/** Errors of a route, by status; those of every route among them. */
export const errors = (...statuses: number[]): Record<number, RouteResponse> =>
  Object.fromEntries(
    [...statuses, 403, 429].map((status) => [status, { description: descriptions[status]!, model: error! }]),
  );

/** One page of a list. */
export const page = (name: string, item: JsonSchema): RouteResponse => ({
  description: "A page, newest first; without a token there are no more",
  model: {
    name: `${name}Page`,
    schema: {
      type: "object",
      required: ["items"],
      properties: {
        items: { type: "array", items: item },
        token: { type: "string", description: "For the next page" },
      },
    },
  },
});

/** What each list takes. */
export const paging = {
  "querystring.limit": "Items of a page, 1 to 100; 20 without it",
  "querystring.token": "Of the page before",
} as const;

export const ifMatch = { "header.If-Match": "The ETag that was read: changed meanwhile, it is left alone" } as const;
export const idempotencyKey = {
  "header.Idempotency-Key": "Chosen by the caller: the same request again, within a day, does nothing more",
} as const;
