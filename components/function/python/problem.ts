import type { Rule } from "../../validation.ts";

/** What keeps code from being packed: a broken rule. */
export class Problem extends Error {
  readonly rule: Rule;

  constructor(field: string, value: unknown, allowed: string) {
    super(allowed);
    this.rule = { ok: false, field, value, allowed };
  }
}
