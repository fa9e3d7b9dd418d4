import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ECR } from "@aws-sdk/client-ecr";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { ComponentContext, Properties } from "../../src/engine/provider.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";
import { missingOutputs } from "./support/outputs.ts";

const image = "docker-build:index:Image";

describe("ECR", () => {
  let cloud: TestCloud;
  let folder: string;
  before(async () => {
    cloud = await startCloud({ region: "eu-west-1" });
    folder = await mkdtemp(join(tmpdir(), "image-"));
    await writeFile(join(folder, "Dockerfile"), "FROM scratch\n");
  });
  after(async () => {
    await cloud.stop();
    await rm(folder, { recursive: true });
  });

  const client = () => cloud.client(ECR, { config: { region: "eu-west-1" } });

  it("has repositories under the names that it takes, with policies, and changes them", async () => {
    const repository = new TestResource(cloud.cloud, "aws:ecr/repository:Repository", "Trainer", { owner: "me" });
    const made = await repository.create({ forceDelete: true });
    assert.deepEqual(missingOutputs("aws:ecr/repository:Repository", made), []);
    const { name, arn, repositoryUrl } = made;
    assert.match(String(name), /^trainer-[0-9a-f]{7}$/);
    assert.equal(arn, `arn:aws:ecr:eu-west-1:000000000000:repository/${name}`);
    assert.equal(repositoryUrl, `000000000000.dkr.ecr.eu-west-1.amazonaws.com/${name}`);
    assert.equal((await repository.failures({ name: "Upper" })).length, 1);
    assert.deepEqual((await repository.diff({ name: "other" })).replaces, ["name"]);
    assert.match((await repository.failures({ imageTagMutability: "NEVER" }))[0]!, /allowed are MUTABLE/);
    const scanned = { imageTagMutability: "IMMUTABLE", imageScanningConfiguration: { scanOnPush: true } };
    await repository.update({ ...scanned, forceDelete: true, tags: { team: "data" } });
    const names = { repositoryNames: [String(name)] };
    const [found] = (await client().describeRepositories(names)).repositories!;
    assert.deepEqual([found?.imageTagMutability, found?.imageScanningConfiguration?.scanOnPush], ["IMMUTABLE", true]);

    const policy = new TestResource(cloud.cloud, "aws:ecr/lifecyclePolicy:LifecyclePolicy");
    const rule = { rulePriority: 1, selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 2 } };
    const of = { repository: name, policy: JSON.stringify({ rules: [{ ...rule, action: { type: "expire" } }] }) };
    assert.deepEqual(missingOutputs("aws:ecr/lifecyclePolicy:LifecyclePolicy", await policy.create(of)), []);
    const kept = await client().getLifecyclePolicy({ repositoryName: String(name) });
    assert.equal(kept.lifecyclePolicyText, of.policy);
    const access = new TestResource(cloud.cloud, "aws:ecr/repositoryPolicy:RepositoryPolicy");
    const statement = { Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
    await access.create({
      repository: name,
      policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
    await access.delete();
    assert.equal(await access.read(), undefined);
    await policy.delete();
    await repository.delete();
    assert.equal(await repository.read(), undefined);
  });

  it("makes at the next update what an earlier release only recorded", async () => {
    const repository = new TestResource(cloud.cloud, "aws:ecr/repository:Repository");
    const inputs = { name: "recorded", forceDelete: true };
    Object.assign(repository, { id: "recorded", inputs: await repository.check(inputs), outputs: inputs });
    assert.deepEqual(await repository.diff(inputs), { changes: ["id"], replaces: [] });
    await repository.update(inputs);
    assert.deepEqual((await repository.diff(inputs)).changes, []);
    assert.equal((await client().describeRepositories({ repositoryNames: ["recorded"] })).repositories?.length, 1);
  });

  it("gives an image a digest of the files beside its Dockerfile", async () => {
    const built = new TestResource(cloud.cloud, image);
    const inputs = { context: { location: folder }, dockerfile: { location: join(folder, "Dockerfile") }, push: true };
    const { digest } = await built.create(inputs);
    assert.match(String(digest), /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual((await built.diff(inputs)).changes, []);
    await writeFile(join(folder, "main.ts"), "export {};\n");
    assert.deepEqual((await built.diff(inputs)).changes, ["context"]);
    assert.notEqual((await built.update(inputs)).digest, digest);
    // A context's files count that the Dockerfile's own list admits, and no others.
    await mkdir(join(folder, "shared"));
    const listed = { ...inputs, dockerfile: { location: join(folder, "deep/image") } };
    await mkdir(join(folder, "deep"));
    await writeFile(join(folder, "deep/image.dockerignore"), "*\n!shared/used.ts\n");
    await built.update(listed);
    await writeFile(join(folder, "shared/unused.ts"), "");
    assert.deepEqual((await built.diff(listed)).changes, []);
    await writeFile(join(folder, "shared/used.ts"), "");
    assert.deepEqual((await built.diff(listed)).changes, ["context"]);
  });

  it("answers for awsx: a repository with its lifecycle, and an image by its digest", async () => {
    const { repository, url } = await construct("awsx:ecr:Repository", {
      lifecyclePolicy: {
        rules: [
          { tagStatus: "any", maximumNumberOfImages: 20 },
          { tagStatus: "untagged", maximumAgeLimit: 7 },
        ],
      },
    });
    assert.equal((repository as Properties).kind, "resource");
    assert.deepEqual(
      made.map(({ type, name }) => `${type} ${name}`),
      ["aws:ecr/repository:Repository trainer", "aws:ecr/lifecyclePolicy:LifecyclePolicy trainer"],
    );
    const { rules } = JSON.parse(String(made[1]!.inputs.policy));
    assert.deepEqual(
      rules.map((rule: { selection: { tagStatus: string } }) => rule.selection.tagStatus),
      ["untagged", "any"],
    );
    const dockerfile = join(folder, "Dockerfile");
    const { imageUri } = await construct("awsx:ecr:Image", { repositoryUrl: url, context: folder, dockerfile });
    assert.match(
      String(imageUri),
      /^000000000000\.dkr\.ecr\.eu-west-1\.amazonaws\.com\/trainer-[0-9a-f]{7}@sha256:[0-9a-f]{64}$/,
    );
    assert.deepEqual(await construct("awsx:ecr:Image", { context: folder, dockerfile }), {}, "a preview");

    // It was pushed, as other tools see, and once more is no error.
    const repositoryName = String(url).split("/")[1]!;
    const { imageDetails } = await client().describeImages({ repositoryName });
    assert.deepEqual(
      imageDetails?.map((one) => `${url}@${one.imageDigest}`),
      [imageUri],
    );
    await construct("awsx:ecr:Image", { repositoryUrl: url, context: folder, dockerfile });
    assert.equal((await ask("getImage", { repositoryName, mostRecent: true })).imageUri, imageUri);
    assert.deepEqual(
      (await ask("getRepository", { name: repositoryName })).mostRecentImageTags,
      imageDetails?.[0]?.imageTags,
    );
    assert.ok(((await ask("getRepositories", {})).names as string[]).includes(repositoryName));
    const { userName, proxyEndpoint } = await ask("getAuthorizationToken", {});
    assert.deepEqual([userName, proxyEndpoint], ["AWS", "https://000000000000.dkr.ecr.eu-west-1.amazonaws.com"]);
  });

  const ask = (name: string, args: Properties): Promise<Properties> => {
    const provider = { region: "eu-west-1", defaultTags: {}, config: {} };
    const invoke = createRegistry(cloud.cloud).invokes.get(`aws:ecr/${name}:${name}`)!;
    return invoke(args, { provider, signal: new AbortController().signal });
  };

  let made: { type: string; name: string; inputs: Properties }[];

  /** What the engine does for a component of a package. */
  async function construct(type: string, inputs: Properties): Promise<Properties> {
    made = [];
    const context = {
      name: "Trainer",
      providerOf: () => ({ region: cloud.cloud.region, defaultTags: {}, config: {} }),
      async resource(childType: string, name: string, given: Properties) {
        made.push({ type: childType, name, inputs: given });
        const child = new TestResource(cloud.cloud, childType, name);
        const outputs = await child.create(given);
        return {
          urn: child.context.urn,
          id: child.id,
          outputs,
          reference: { kind: "resource", urn: child.context.urn },
        };
      },
    } as unknown as ComponentContext;
    return createRegistry(cloud.cloud).components!.get(type)!(inputs, context);
  }
});
