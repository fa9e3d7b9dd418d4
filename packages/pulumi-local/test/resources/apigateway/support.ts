import { openApi, startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../../src/engine/provider.ts";
import { TestResource } from "../../../testing/resource.ts";

/** An operation that the gateway answers by itself. */
export const mock = {
  responses: { "200": { description: "" } },
  "x-amazon-apigateway-integration": {
    type: "mock",
    requestTemplates: { "application/json": '{"statusCode": 200}' },
    responses: { default: { statusCode: "200", responseTemplates: { "text/plain": "mocked" } } },
  },
};

export const body = (paths: object, more: object = {}) => JSON.stringify(openApi(paths, more));

/** Resources of API Gateway on a local cloud of their own. */
export class Gateway {
  readonly test: TestCloud;

  private constructor(test: TestCloud) {
    this.test = test;
  }

  static async start(): Promise<Gateway> {
    return new Gateway(await startCloud());
  }

  get<T = Properties>(operation: string, input: object): Promise<T> {
    return this.test.cloud.call<T>("apigateway", operation, input);
  }

  thing(type: string, name?: string): TestResource {
    return new TestResource(this.test.cloud, `aws:apigateway/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`, name);
  }

  /** An API with a deployment and a stage, as a program makes them. */
  async deployed(paths: object = { "/x": { get: mock } }) {
    const api = this.thing("RestApi", "hello");
    await api.create({ body: body(paths), endpointConfiguration: { types: "REGIONAL" } });
    const deployment = this.thing("Deployment");
    await deployment.create({ restApi: api.id, triggers: { body: "1" } });
    const stage = this.thing("Stage");
    await stage.create({ restApi: api.id, deployment: deployment.id, stageName: "dev", tags: { a: "1" } });
    return { api, deployment, stage };
  }
}
