import { readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLine, cpuMilliseconds, processTree, removeFolder, root, startPlatform } from "/work/wt/save/bench/lib/platform.ts";
const rounds = Number(process.env.ROUNDS ?? 5);
const handler = `${root}/handlers/whodis/index.ts`, index = `${root}/config.ts`;
const h0 = await readFile(handler, "utf8"), i0 = await readFile(index, "utf8");
const platform = await startPlatform({ environment: process.env.PROF ? { ...process.env } : {} });
try {
  const url = String(platform.outputs.whodisUrl);
  const save = async (what: string, file: string, text: string, done: () => Promise<boolean>) => {
    await sleep(2500);
    const busy = () => processTree(platform.process.pid!).some((p) => { try { return commandLine(p).includes("--dry-run"); } catch { return false; } });
    for (let i = 0; i < 240 && what === "handler" && busy(); i++) await sleep(500);
    if (what === "program") await sleep(6000);
    const cpu0 = cpuMilliseconds(processTree(platform.process.pid!));
    const t = performance.now();
    await writeFile(file, text);
    while (!(await done())) await sleep(5);
    const ms = performance.now() - t;
    await sleep(50);
    return [ms | 0, cpuMilliseconds(processTree(platform.process.pid!)) - cpu0];
  };
  if (process.env.WHAT !== "program") for (let i = 0; i < rounds; i++) console.log("handler", await save("handler", handler, h0.replace("This is the sound of", `This is the sound of round ${i}`), async () => (await (await fetch(url)).text()).includes(`round ${i}`)));
  if (process.env.WHAT !== "handler") for (let i = 0; i < rounds; i++) {
    console.log("program", await save("program", index, i0.replace(/const appVersion = .*/, `const appVersion = "r${i}";`), async () => (await (await fetch(url)).text()).includes(`r${i}`)));
  }
  console.log(platform.printed.split("\n").filter((l) => !l.startsWith("warning")).slice(-30).join("\n"));
} finally {
  await platform.stop(); await writeFile(handler, h0); await writeFile(index, i0); await removeFolder(platform.stateDirectory);
}
