import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Engine, type EngineEvent, type EngineOptions } from "../../../src/engine/index.ts";
import { Things } from "./things.ts";

const fixtures = join(import.meta.dirname, "../fixtures");
const packages = join(import.meta.dirname, "../../../../../node_modules");

/** A copy of a fixture program in a folder of its own, and an engine that runs it in Pulumi's language host. */
export class TestProgram {
  readonly directory = mkdtempSync(join(tmpdir(), "program-"));
  readonly things = new Things();
  readonly events: EngineEvent[] = [];
  engine!: Engine;

  static async open(fixture: string, options: Partial<EngineOptions> = {}): Promise<TestProgram> {
    const program = new TestProgram();
    cpSync(join(fixtures, fixture), program.directory, { recursive: true });
    symlinkSync(packages, join(program.directory, "node_modules"));
    await program.reopen(options);
    return program;
  }

  async reopen(options: Partial<EngineOptions> = {}): Promise<void> {
    await this.engine?.close();
    this.engine = await Engine.open({
      programDirectory: this.directory,
      stack: "dev",
      stateDirectory: join(this.directory, ".state"),
      registry: this.things.registry,
      onEvent: (event) => this.events.push(event),
      ...options,
    });
  }

  /** Gives it a copy of Pulumi's SDK of its own, of that version. */
  ownSdk(version: string): void {
    const own = join(this.directory, "node_modules");
    rmSync(own);
    mkdirSync(join(own, "@pulumi"), { recursive: true });
    for (const name of readdirSync(packages)) {
      if (name !== "@pulumi") symlinkSync(join(packages, name), join(own, name));
    }
    const sdk = join(own, "@pulumi/pulumi");
    cpSync(join(packages, "@pulumi/pulumi"), sdk, { recursive: true });
    writeFileSync(join(sdk, "version.js"), `exports.version = ${JSON.stringify(version)};\n`);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.directory, file), text);
  }

  messages(): string[] {
    return this.events.flatMap((event) => (event.kind === "message" && event.severity !== "debug" ? [event.text] : []));
  }

  async close(): Promise<void> {
    await this.engine.close();
    rmSync(this.directory, { recursive: true });
  }
}
