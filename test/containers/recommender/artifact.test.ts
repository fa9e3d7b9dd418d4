import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { predict, readArtifact, writeArtifact } from "../../../containers/recommender/artifact.ts";
import { fit, measure, score } from "../../../containers/recommender/factorization.ts";
import { parseHyperparameters } from "../../../containers/recommender/hyperparameters.ts";
import { generated, requiredHyperparameters, smallSettings } from "./support.ts";

describe("the model's artifact", () => {
  const ratings = generated({ users: 30, items: 20, ratings: 200 });
  const model = fit(ratings.matrix, smallSettings);
  const hyperparameters = parseHyperparameters(requiredHyperparameters);
  let folder: string;

  const write = (training = measure(model, ratings.matrix)) =>
    writeArtifact(folder, model, ratings, hyperparameters, { training });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "model-"));
    await write();
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("predicts what the model does", async () => {
    const loaded = await readArtifact(folder);
    for (const [user, userId] of ratings.userIds.entries()) {
      for (const [item, itemId] of ratings.itemIds.entries()) {
        const expected = Math.min(model.high, Math.max(model.low, score(model, user, item)));
        assert.ok(Math.abs(predict(loaded, userId, itemId) - expected) < 1e-5);
      }
    }
  });

  it("falls back to biases for an unknown user or item", async () => {
    const loaded = await readArtifact(folder);
    const near = (found: number, expected: number) => assert.ok(Math.abs(found - expected) < 1e-6);
    near(predict(loaded, "nobody", "nothing"), model.mean);
    near(predict(loaded, "nobody", ratings.itemIds[3]!), model.mean + model.itemBiases[3]!);
    near(predict(loaded, ratings.userIds[3]!, "nothing"), model.mean + model.userBiases[3]!);
  });

  it("has a version that follows its content, and a manifest that tells of it", async () => {
    const { manifest } = await readArtifact(folder);
    assert.deepEqual(await write(), manifest);
    assert.deepEqual(manifest.counts, {
      users: ratings.userIds.length,
      items: ratings.itemIds.length,
      ratings: 200,
      duplicates: 0,
      badRows: 0,
    });
    assert.equal(manifest.hyperparameters.epochs, 20);
    const other = fit(ratings.matrix, { ...smallSettings, seed: 1 });
    const changed = await writeArtifact(folder, other, ratings, hyperparameters, {
      training: measure(other, ratings.matrix),
    });
    assert.notEqual(changed.version, manifest.version);
  });

  const damages: [string, () => Promise<void>, RegExp][] = [
    ["without manifest", () => rm(join(folder, "manifest.json")), /has no readable manifest\.json \(ENOENT\)/],
    ["without a file", () => rm(join(folder, "items.f32")), /has no readable items\.f32/],
    ["with a truncated file", () => truncate(join(folder, "users.f32"), 100), /users\.f32 is damaged: its SHA-256/],
    ["with a truncated manifest", () => truncate(join(folder, "manifest.json"), 100), /manifest\.json is not JSON/],
    [
      "of another schema",
      async () => {
        const path = join(folder, "manifest.json");
        await writeFile(path, (await readFile(path, "utf8")).replace('"schemaVersion": 1', '"schemaVersion": 2'));
      },
      /manifest\.json is not of schema 1: schemaVersion: /,
    ],
  ];
  for (const [name, damage, message] of damages) {
    it(`is refused ${name}`, async () => {
      await damage();
      await assert.rejects(readArtifact(folder), { message });
    });
  }
});
