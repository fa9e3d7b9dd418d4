import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";
import { containers } from "./containers.ts";
import { functions } from "./functions.ts";
import { type Kind, prepare } from "./kind.ts";
import { messages } from "./messages.ts";
import { things } from "./things.ts";

const kinds = { ...functions, ...containers, ...messages, ...things };

type Json = Record<string, unknown>;

/** How a service speaks of tags, where it is not as most do. */
interface Words {
  tag: string;
  untag: string;
  list: string;
  /** The member that names the resource. */
  id: string;
  tags: string;
  keys: string;
  /** Members of one tag; none where tags are a map. */
  pair?: [key: string, value: string] | undefined;
  /** The member of the answer that has them. */
  listed?: string;
  more?: Json;
}

const usual: Words = {
  tag: "TagResource",
  untag: "UntagResource",
  list: "ListTagsForResource",
  id: "ResourceArn",
  tags: "Tags",
  keys: "TagKeys",
  pair: ["Key", "Value"],
};
const map = { pair: undefined };
const small = { id: "resourceArn", tags: "tags", keys: "tagKeys" };
const services: Record<string, Partial<Words>> = {
  apigateway: { ...small, ...map, list: "GetTags" },
  "application-autoscaling": { ...map, id: "ResourceARN" },
  "cognito-idp": map,
  dynamodb: { list: "ListTagsOfResource" },
  ecr: small,
  ecs: { ...small, pair: ["key", "value"] },
  "emr-serverless": { ...small, ...map },
  events: { id: "ResourceARN" },
  kms: { id: "KeyId", list: "ListResourceTags", pair: ["TagKey", "TagValue"] },
  lambda: { ...map, id: "Resource", list: "ListTags" },
  logs: { ...small, ...map },
  monitoring: { id: "ResourceARN" },
  sagemaker: { tag: "AddTags", untag: "DeleteTags", list: "ListTags" },
  sqs: { ...map, id: "QueueUrl", tag: "TagQueue", untag: "UntagQueue", list: "ListQueueTags" },
  ssm: {
    tag: "AddTagsToResource",
    untag: "RemoveTagsFromResource",
    id: "ResourceId",
    listed: "TagList",
    more: { ResourceType: "Parameter" },
  },
  states: { ...small, pair: ["key", "value"] },
  xray: { id: "ResourceARN" },
};
const identities: Record<string, [name: string, id: string]> = {
  CreateRole: ["Role", "RoleName"],
  CreateUser: ["User", "UserName"],
  CreateInstanceProfile: ["InstanceProfile", "InstanceProfileName"],
  CreatePolicy: ["Policy", "PolicyArn"],
  CreateOpenIDConnectProvider: ["OpenIDConnectProvider", "OpenIDConnectProviderArn"],
};

function wordsOf({ service, make: [operation] }: Kind): Words {
  const [name, id] = identities[operation] ?? [];
  if (name) return { ...usual, tag: `Tag${name}`, untag: `Untag${name}`, list: `List${name}Tags`, id: id! };
  return { ...usual, ...services[service] };
}

/** The member of a create that has the tags, where it is not the one of the other operations. */
const tagsAtCreation: Record<string, string> = { sqs: "tags", codedeploy: "tags", "cognito-idp": "UserPoolTags" };

describe("resources of every kind", () => {
  let test: TestCloud;
  before(async () => {
    // A notebook whose server ends at once: it may be deleted.
    test = await startCloud({ jupyter: ["false"] });
    await prepare(test.cloud);
  });
  after(() => test.stop());

  const endings: [what: string, ended: () => Promise<void>][] = [];

  for (const [what, kind] of Object.entries(kinds)) {
    const { service, make, look, ready, end, gone, tagged, hidden = [] } = kind;
    const words = wordsOf(kind);
    const written = (tags: Record<string, string>): unknown => {
      if (!words.pair) return tags;
      const [key, value] = words.pair;
      return Object.entries(tags).map(([name, text]) => ({ [key]: name, [value]: text }));
    };
    let made: never;
    const shownNow = async (): Promise<Json | undefined> => {
      const [operation, of, ...path] = look;
      const answer: unknown = await test.cloud.call(service, operation, typeof of === "function" ? of(made) : of);
      return path.reduce((value, step) => (value as Json)[step] as Json, answer as Json);
    };

    it(`${what} is shown with all that it was made with`, async () => {
      const member = tagsAtCreation[service] ?? words.tags;
      const input = { ...make[1], ...(tagged && { [member]: written({ a: "1", b: "2" }) }) };
      made = (await test.cloud.call(service, make[0], input)) as never;
      const shown = (await shownNow()) ?? {};
      for (const [name, value] of Object.entries(make[1])) {
        if (!hidden.includes(name)) assert.deepEqual(within(shown[name], value), value, name);
      }
    });

    if (tagged) {
      it(`${what} keeps tags, from its making on`, async () => {
        const resource = { [words.id]: typeof tagged === "function" ? tagged(made) : tagged, ...words.more };
        const expect = async (tags: Record<string, string>) => {
          const answer = await test.cloud.call(service, words.list, resource);
          assert.deepEqual(answer[words.listed ?? words.tags], written(tags));
        };
        await expect({ a: "1", b: "2" });
        await test.cloud.call(service, words.tag, { ...resource, [words.tags]: written({ b: "3", c: "" }) });
        await test.cloud.call(service, words.untag, { ...resource, [words.keys]: ["a", "none"] });
        await expect({ b: "3", c: "" });
      });
    }

    // What needs others goes before them.
    endings.unshift([
      what,
      async () => {
        while (ready && !isDeepStrictEqual(within(await shownNow(), ready), ready)) await sleep(20);
        const [operation, of] = end;
        await test.cloud.call(service, operation, typeof of === "function" ? of(made) : of);
        if (typeof gone === "string") return assert.rejects(shownNow(), { name: gone });
        const left = await shownNow();
        assert.deepEqual(within(left, gone), gone);
      },
    ]);
  }

  for (const [what, ended] of endings) it(`${what} is gone when it is deleted, or says that it is going`, ended);
});

/** As much of what is shown as was given: a service adds what it fills in. */
function within(shown: unknown, given: unknown): unknown {
  if (typeof given !== "object" || given === null || Array.isArray(given) || given instanceof Date || !shown)
    return shown;
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, within((shown as Json)[name], value)]));
}
