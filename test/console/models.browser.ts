import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onBothWidths } from "./support/bothWidths.ts";
import { flower } from "./support/opened.ts";

/** Thirty users, who have rated thirteen of twenty films each. */
const ratings = Array.from({ length: 600 }, (_, index) => [(index % 30) + 1, Math.floor(index / 30) + 1] as const)
  .filter(([user, film]) => (user + film) % 3 > 0)
  .map(([user, film]) => `${user},${film},${1 + ((user * film) % 5)}`);

describe("the console's Models", () => {
  onBothWidths("tell which version predicts; train, deploy and remove the recommender's", async (reader, width) => {
    const { page } = reader;
    const seed = join(reader.place.state, "seed.json");
    const csv = ["user_id,item_id,rating", ...ratings].join("\n");
    writeFileSync(seed, JSON.stringify({ buckets: { "recommender-data": { "training/films/ratings.csv": csv } } }));
    await reader.dsp("seed", seed);
    rmSync(seed);
    await reader.request("/v0/iris", flower);
    await reader.goTo("Models");
    const detail = page.getByRole("article");
    await reader.rows.filter({ hasText: "iris" }).filter({ hasText: "predicts" }).click();
    await detail.getByText(/^\d+ records? predicted$/).waitFor();
    await detail.getByRole("figure").filter({ hasText: "crossValidation" }).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`models-${width}`);
    await detail.getByRole("link", { name: "Close" }).click();
    await page.getByRole("button", { name: "Train …" }).click();
    await detail.getByRole("button", { name: "Train" }).click();
    await detail.getByRole("alert").filter({ hasText: "input_table_name" }).waitFor();
    await detail.getByLabel("Table of ratings").fill("films");
    await detail.getByRole("button", { name: "Train" }).click();
    await detail.getByText("completed", { exact: true }).waitFor({ timeout: 60_000 });
    await detail.getByText("validation:rmse").waitFor();
    assert.deepEqual(await reader.violations(), []);
    await detail.getByLabel("As the model").fill(`films-${width}`);
    await detail.getByRole("button", { name: "Deploy" }).click();
    await detail.getByText("in service", { exact: true }).waitFor({ timeout: 60_000 });
    await detail.getByText(/^s3:.*model\.tar\.gz$/).waitFor();
    assert.deepEqual(await reader.violations(), []);
    await reader.picture(`endpoints-${width}`);
    await detail.getByRole("button", { name: "Undeploy" }).click();
    await reader.rows.filter({ hasText: `films-${width}` }).waitFor({ state: "detached", timeout: 30_000 });
  });
});
