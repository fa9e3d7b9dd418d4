import assert from "node:assert/strict";
import {
  AddClientIDToOpenIDConnectProviderCommand,
  CreateOpenIDConnectProviderCommand,
  type CreateOpenIDConnectProviderCommandInput,
  CreateRoleCommand,
  DeleteOpenIDConnectProviderCommand,
  GetOpenIDConnectProviderCommand,
  IAMClient,
  ListOpenIDConnectProvidersCommand,
  ListOpenIDConnectProviderTagsCommand,
  RemoveClientIDFromOpenIDConnectProviderCommand,
  TagOpenIDConnectProviderCommand,
  UntagOpenIDConnectProviderCommand,
  UpdateOpenIDConnectProviderThumbprintCommand,
} from "@aws-sdk/client-iam";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { refuses } from "../../support/refuses.ts";

const Url = "https://token.actions.githubusercontent.com";
const OpenIDConnectProviderArn = "arn:aws:iam::000000000000:oidc-provider/token.actions.githubusercontent.com";
const thumbprint = "a".repeat(40);

describe("OIDC providers", () => {
  let test: TestCloud;
  let iam: IAMClient;

  before(async () => {
    test = await startCloud();
    iam = test.client(IAMClient);
  });
  after(() => test.stop());
  afterEach(async () => {
    const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
    for (const { Arn } of OpenIDConnectProviderList) {
      await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: Arn }));
    }
  });

  const create = (input: Partial<CreateOpenIDConnectProviderCommandInput> = {}) =>
    iam.send(new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ["sts.amazonaws.com"], ...input }));
  const get = async () => {
    const { $metadata, CreateDate, ...found } = await iam.send(
      new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }),
    );
    assert.ok(CreateDate instanceof Date);
    return found;
  };

  it("are given back without the scheme of their URL", async () => {
    const made = await create({ ThumbprintList: [thumbprint], Tags: [{ Key: "a", Value: "1" }] });
    assert.equal(made.OpenIDConnectProviderArn, OpenIDConnectProviderArn);
    assert.deepEqual(made.Tags, [{ Key: "a", Value: "1" }]);
    assert.deepEqual(await get(), {
      Url: "token.actions.githubusercontent.com",
      ClientIDList: ["sts.amazonaws.com"],
      ThumbprintList: [thumbprint],
      Tags: [{ Key: "a", Value: "1" }],
    });
    const { OpenIDConnectProviderList } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
    assert.deepEqual(OpenIDConnectProviderList, [{ Arn: OpenIDConnectProviderArn }]);
  });

  it("have a thumbprint although none is given, and may have a path", async () => {
    const { OpenIDConnectProviderArn: arn } = await create({ Url: "https://example.org/tenants/1" });
    assert.equal(arn, "arn:aws:iam::000000000000:oidc-provider/example.org/tenants/1");
    await create();
    const { ThumbprintList = [] } = await get();
    assert.match(ThumbprintList.join(), /^[0-9a-f]{40}$/);
  });

  it("take audiences and give them up, however often", async () => {
    await create();
    const ClientID = "another";
    for (let time = 0; time < 2; time++) {
      await iam.send(new AddClientIDToOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
    }
    assert.deepEqual((await get()).ClientIDList, ["sts.amazonaws.com", "another"]);
    for (let time = 0; time < 2; time++) {
      await iam.send(new RemoveClientIDFromOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, ClientID }));
    }
    assert.deepEqual((await get()).ClientIDList, ["sts.amazonaws.com"]);
  });

  it("change thumbprints and tags", async () => {
    await create({
      Tags: [
        { Key: "a", Value: "1" },
        { Key: "b", Value: "1" },
      ],
    });
    const ThumbprintList = [thumbprint, "b".repeat(40)];
    await iam.send(new UpdateOpenIDConnectProviderThumbprintCommand({ OpenIDConnectProviderArn, ThumbprintList }));
    assert.deepEqual((await get()).ThumbprintList, ThumbprintList);
    await iam.send(new TagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, Tags: [{ Key: "a", Value: "2" }] }));
    await iam.send(new UntagOpenIDConnectProviderCommand({ OpenIDConnectProviderArn, TagKeys: ["b"] }));
    const { Tags } = await iam.send(new ListOpenIDConnectProviderTagsCommand({ OpenIDConnectProviderArn }));
    assert.deepEqual(Tags, [{ Key: "a", Value: "2" }]);
  });

  it("are one of each URL", async () => {
    await create();
    await refuses(create(), "EntityAlreadyExistsException", /^Provider with url https:.* already exists\.$/, 409);
  });

  it("that are not there are said", async () => {
    await refuses(get(), "NoSuchEntityException", /not found for arn arn:aws:iam::.*:oidc-provider/, 404);
    await refuses(
      iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })),
      "NoSuchEntityException",
      /not found/,
      404,
    );
  });

  const wrong: [string, Partial<CreateOpenIDConnectProviderCommandInput>, string, RegExp][] = [
    ["a URL without TLS", { Url: "http://example.org" }, "ValidationError", /^Invalid Open ID Connect Provider URL$/],
    ["no URL", { Url: "example.org" }, "ValidationError", /^Invalid Open ID Connect Provider URL$/],
    ["a URL with a query", { Url: "https://example.org?a=1" }, "ValidationError", /^Invalid Open ID/],
    ["a thumbprint that is none", { ThumbprintList: ["abc"] }, "ValidationError", /at 'thumbprintList'/],
    [
      "six thumbprints",
      { ThumbprintList: Array(6).fill(thumbprint) },
      "InvalidInputException",
      /^Thumbprint list must/,
    ],
    ["an audience that is too long", { ClientIDList: ["a".repeat(256)] }, "ValidationError", /at 'clientIDList'/],
    [
      "more audiences than 100",
      { ClientIDList: Array.from({ length: 101 }, (_, index) => `c${index}`) },
      "LimitExceededException",
      /^Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100$/,
    ],
  ];
  for (const [what, input, name, message] of wrong) {
    it(`are refused with ${what}`, () => refuses(create(input), name, message, name.startsWith("Limit") ? 409 : 400));
  }

  it("are whom a role may trust", async () => {
    await create();
    const statement = {
      Effect: "Allow",
      Principal: { Federated: OpenIDConnectProviderArn },
      Action: "sts:AssumeRoleWithWebIdentity",
      Condition: { StringEquals: { "token.actions.githubusercontent.com:sub": "repo:acme/platform:pull_request" } },
    };
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: "preview",
        AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
      }),
    );
    assert.deepEqual(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "")).Statement, [statement]);
  });

  it("are nobody's who has no right to them", async () => {
    await create();
    const allowed = { Effect: "Allow", Action: "iam:GetOpenIDConnectProvider", Resource: OpenIDConnectProviderArn };
    const { credentials } = await test.mintRole(allowed);
    const reader = test.client(IAMClient, { credentials });
    await reader.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
    await refuses(
      reader.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })),
      "AccessDenied",
      /iam:DeleteOpenIDConnectProvider on resource: arn:aws:iam::000000000000:oidc-provider\//,
      403,
    );
  });
});
