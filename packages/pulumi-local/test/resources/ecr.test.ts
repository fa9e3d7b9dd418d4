import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { ComponentContext, Properties } from "../../src/engine/provider.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

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

  it("records repositories under the names that ECR takes", async () => {
    const repository = new TestResource(cloud.cloud, "aws:ecr/repository:Repository", "Trainer");
    const { name, arn, repositoryUrl } = await repository.create({ forceDelete: true });
    assert.match(String(name), /^trainer-[0-9a-f]{7}$/);
    assert.equal(arn, `arn:aws:ecr:eu-west-1:000000000000:repository/${name}`);
    assert.equal(repositoryUrl, `000000000000.dkr.ecr.eu-west-1.amazonaws.com/${name}`);
    assert.equal((await repository.failures({ name: "Upper" })).length, 1);
    assert.deepEqual((await repository.diff({ name: "other" })).replaces, ["name"]);
    assert.match((await repository.failures({ imageTagMutability: "NEVER" }))[0]!, /allowed are MUTABLE/);
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
  });

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
