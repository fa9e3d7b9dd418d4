import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { missing, toolsFolder } from "../../../../testing/tools.ts";
import { chromiumPath, openBrowser } from "../../../support/browser.ts";
import { NotebookLab } from "./lab.ts";

const cell = (source: string) => ({
  cell_type: "code",
  execution_count: null,
  metadata: {},
  outputs: [],
  source: source.split(/(?<=\n)/),
});

const notebook = {
  nbformat: 4,
  nbformat_minor: 4,
  metadata: { kernelspec: { name: "python3", display_name: "Python 3", language: "python" } },
  cells: [
    cell(
      `import boto3\nfor item in boto3.client("s3").list_objects_v2(Bucket="mine")["Contents"]:\n    print("found", item["Key"])`,
    ),
    cell(
      `try:\n    boto3.client("s3").list_objects_v2(Bucket="secret")\nexcept Exception as error:\n    print("refused", error)`,
    ),
    cell(`print("am", boto3.client("sts").get_caller_identity()["Arn"])`),
  ],
};

/** The page's kernel has answered. The page shows "idle" even before there is one, and forgets what it is to run until then. */
const kernelOf = (page: Page): Promise<void> =>
  new Promise((resolve) => {
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (payload.includes("kernel_info_reply")) resolve();
      }),
    );
  });

describe("JupyterLab, in a real browser", function () {
  this.timeout(180_000);
  let lab: NotebookLab;
  let browser: Browser;
  let page: Page;

  before(async function () {
    const path = chromiumPath();
    const reason = path
      ? missing("jupyter-lab")
      : "    there is no chromium on this machine (`apt-get install chromium`)";
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    lab = await NotebookLab.start({ jupyter: [], tools: toolsFolder }, [
      { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::mine" },
    ]);
    for (const Bucket of ["mine", "secret"]) await lab.test.cloud.call("s3", "CreateBucket", { Bucket });
    await lab.test.cloud.call("s3", "PutObject", { Bucket: "mine", Key: "ratings.csv", Body: Buffer.from("x") });
    await lab.create("browsed");
    await lab.until("browsed", "InService");
    const work = join(lab.test.cloud.directory, "sagemaker/notebooks/browsed/home/SageMaker");
    writeFileSync(join(work, "list.ipynb"), JSON.stringify(notebook));
    browser = await openBrowser(path!);
    page = await browser.newPage();
  });
  after(async () => {
    await browser?.close();
    await lab?.test.stop();
  });

  it("opens by its presigned URL, and runs cells as the notebook's role", async () => {
    const url = await lab.url("browsed");
    await page.goto(url);
    await page.waitForURL("**/lab**");
    const { origin } = new URL(url);
    const kernel = kernelOf(page);
    await page.goto(`${origin}/lab/tree/list.ipynb`);
    const cells = page.locator(".jp-Notebook .jp-CodeCell");
    await cells.nth(2).waitFor();
    await kernel;
    const output = async (index: number, text: RegExp) => {
      await cells.nth(index).locator(".cm-content").click();
      await page.keyboard.press("Shift+Enter");
      const shown = cells.nth(index).locator(".jp-OutputArea-output").filter({ hasText: text });
      await shown.waitFor();
      return shown.innerText();
    };
    assert.match(await output(0, /found/), /found ratings\.csv/);
    assert.match(await output(1, /refused/), /AccessDenied.*ListObjectsV2/s);
    const name = lab.role.split("/").at(-1);
    assert.match(await output(2, /am /), new RegExp(`assumed-role/${name}/SageMaker`));
  });

  it("does not open for a page that comes by without the session", async () => {
    const context = await browser.newContext();
    const stranger = await context.newPage();
    const answer = await stranger.goto(`http://${(await lab.describe("browsed")).Url}/lab`);
    assert.equal(answer?.status(), 403);
    await context.close();
  });
});
