import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyEvent, APIGatewayProxyHandler, DynamoDBStreamEvent, SQSEvent } from "aws-lambda";
import { answer, proxyEvent } from "../support/proxyEvent.ts";
import { context, features, type Pipeline, startPipeline } from "./support.ts";

export type Body = Record<string, unknown> & { id: string; items: Body[]; token?: string };
export interface Answer {
  statusCode: number;
  body: Body;
}
type Image = Record<string, AttributeValue>;

let made = 0;

/** The pipeline's functions, invoked one by one against a local cloud. */
export class Functions {
  pipeline!: Pipeline;
  #handlers!: Record<"ingest" | "read" | "list", APIGatewayProxyHandler>;
  #stream!: (event: DynamoDBStreamEvent, of: typeof context) => Promise<Failures>;
  #queue!: (event: SQSEvent, of: typeof context) => Promise<Failures>;

  async start(): Promise<void> {
    this.pipeline = await startPipeline();
    // The clients are made when the handlers are loaded, and take the environment as it is then.
    const load = async (name: string) => (await import(`../../../handlers/prediction/${name}.ts`)).handler;
    this.#handlers = { ingest: await load("ingest"), read: await load("read"), list: await load("list") };
    this.#stream = await load("predictStream");
    this.#queue = await load("predictQueue");
  }

  post(body: unknown): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return this.#call("ingest", proxyEvent("POST", "/v0/iris", { body: text }));
  }

  get(id: string): Promise<Answer> {
    return this.#call("read", proxyEvent("GET", `/v0/iris/${id}`, { pathParameters: { id } }));
  }

  list(queryStringParameters: Record<string, string> | null = null): Promise<Answer> {
    return this.#call("list", proxyEvent("GET", "/v0/iris", { queryStringParameters }));
  }

  async #call(handler: "ingest" | "read" | "list", event: APIGatewayProxyEvent): Promise<Answer> {
    const { statusCode, body } = await answer(this.#handlers[handler], event);
    return { statusCode, body: body as Body };
  }

  /** Hands images over as the stream does. @returns numbers of the records to be tried again */
  async predictStream(images: (Image | undefined)[], eventName = "INSERT"): Promise<string[]> {
    const Records = images.map((NewImage, index) => ({
      eventName,
      dynamodb: { SequenceNumber: String(index), ...(NewImage && { NewImage }) },
    }));
    return failed(await this.#stream({ Records } as unknown as DynamoDBStreamEvent, context));
  }

  /** Hands messages over as the queue does. @returns ids of those that come again */
  async predictQueue(bodies: string[]): Promise<string[]> {
    const Records = bodies.map((body, index) => ({ messageId: `m${index}`, body, eventSource: "aws:sqs" }));
    return failed(await this.#queue({ Records } as unknown as SQSEvent, context));
  }

  /** A measurement that no other test has, of the class in mind. */
  flower(kind: "setosa" | "virginica" = "setosa"): Record<string, number> {
    made++;
    const values = kind === "setosa" ? [5.1, 3.5, 1.4, 0.2] : [6.9, 3.1, 5.8, 2.2];
    return Object.fromEntries(
      features.map((feature, index) => [feature, values[index]! + (index === 0 ? made / 1e6 : 0)]),
    );
  }

  async posted(record: Record<string, unknown>): Promise<{ id: string; image: Image }> {
    const { body } = await this.post(record);
    return { id: body.id, image: (await this.pipeline.read(body.id))! };
  }
}

interface Failures {
  batchItemFailures: { itemIdentifier: string }[];
}
const failed = ({ batchItemFailures }: Failures) => batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
