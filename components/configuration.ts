import { readFileSync } from "node:fs";
import { getProject } from "@pulumi/pulumi";
import { allConfig } from "@pulumi/pulumi/runtime/config";
import { closest, distance } from "fastest-levenshtein";
import { parse } from "yaml";
import { type Rule, validate } from "./validation.ts";

/** How many letters may be wrong in a key that is a mistyped one. */
const mistyped = 4;

/**
 * The project's own configuration. Pulumi.yaml alone knows its keys, types and defaults: the engine refuses a value of
 * another type, and leaves a key that nobody declared, and what a value may be, to the program.
 * https://www.pulumi.com/docs/iac/concepts/projects/project-file/#config-options
 */
export class Configuration {
  readonly #declared: Record<string, { default: unknown }>;
  readonly #given: Record<string, string>;
  readonly #secrets: string[];

  /**
   * @param file Pulumi.yaml.
   * @throws {RunError} for the first key that is not declared there, with the one that was probably meant.
   */
  constructor(file: string) {
    this.#declared = parse(readFileSync(file, "utf8")).config;
    const own = `${getProject()}:`;
    const keys = (all: string[]) => all.flatMap((key) => (key.startsWith(own) ? [key.slice(own.length)] : []));
    const given = allConfig();
    this.#given = Object.fromEntries(keys(Object.keys(given)).map((key) => [key, given[own + key]!]));
    // The engine's own way to say which: Pulumi's `Config` keeps it to itself.
    this.#secrets = keys(JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]"));
    this.require(...Object.keys(this.#given).map((key) => this.#known(key)));
  }

  /** A text. Of this and what follows: Pulumi.yaml's default where the stack sets none. */
  text(key: string): string {
    return String(this.#value(key));
  }

  flag(key: string): boolean {
    return this.text(key) === "true";
  }

  integer(key: string): number {
    return Number(this.#value(key));
  }

  list(key: string): string[] {
    const value = this.#value(key);
    return typeof value === "string" ? JSON.parse(value) : (value as string[]);
  }

  /** Whether the stack says something else than Pulumi.yaml. */
  isChosen(key: string): boolean {
    return this.text(key) !== String(this.#declared[key]?.default);
  }

  /** @throws {RunError} for the first broken rule; what is secret is not shown. */
  require(...rules: Rule[]): void {
    validate(
      "Configuration",
      rules.map((rule) => (this.#secrets.includes(rule.field) ? { ...rule, value: "[secret]" } : rule)),
    );
  }

  /**
   * Checks a component's arguments before anything is registered, and speaks of them by the keys that they are made of.
   * @param keys of fields: `{ "approval.approvers": "archiverApprovers" }`.
   * @throws {RunError} as `require`.
   */
  requireArguments(rules: Rule[], keys: Record<string, string>): void {
    this.require(...rules.map((rule) => ({ ...rule, field: keys[rule.field] ?? rule.field })));
  }

  #value(key: string): unknown {
    return this.#given[key] ?? this.#declared[key]?.default;
  }

  #known(key: string): Rule {
    const keys = Object.keys(this.#declared);
    const near = closest(key, keys);
    const meant = distance(key.toLowerCase(), near.toLowerCase()) <= mistyped;
    return {
      ok: Object.hasOwn(this.#declared, key),
      field: "a key",
      value: key,
      allowed: meant ? `${near}, probably` : keys.join(", "),
    };
  }
}
