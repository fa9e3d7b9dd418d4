import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { document, type InputsOf, inputsByType } from "../../src/resources/document.ts";

describe("resource types and the inputs that the providers' packages declare", () => {
  const types = inputsByType();
  /** What is wrong, by type; types without fault are left out. */
  const faults = (found: (one: InputsOf) => string[]) =>
    Object.fromEntries(types.map((one) => [one.type.type, found(one)]).filter(([, inputs]) => inputs!.length > 0));

  it("no input is accepted that there is not", () => {
    assert.deepEqual(
      faults(({ unknown }) => unknown),
      {},
    );
  });

  it("what the provider requires is required, and nothing else without saying so", () => {
    assert.deepEqual(
      faults(({ type, required }) => required.filter((input) => !type.required?.includes(input))),
      {},
    );
    assert.deepEqual(
      faults(({ type, required }) => type.required?.filter((input) => !required.includes(input)) ?? []),
      {},
    );
  });

  it("an input is either acted on or without effect, and every fact is about an input that is accepted", () => {
    assert.deepEqual(
      faults(({ inert, modelled }) => inert.filter((input) => modelled.includes(input))),
      {},
    );
    const named = ({ requiredHere = [], replaces = [], enums = {}, defaults = {} }: InputsOf["type"]) =>
      [...requiredHere, ...replaces, ...Object.keys(enums), ...Object.keys(defaults)].map(
        (path) => path.split(".")[0]!,
      );
    assert.deepEqual(
      faults(({ type, modelled, inert }) => named(type).filter((input) => ![...modelled, ...inert].includes(input))),
      {},
    );
  });

  it("docs/resource-types.md shows them: an input that is new in a provider is refused until somebody decides", () => {
    assert.equal(readFileSync("docs/resource-types.md", "utf8"), document(), "run npm run resources:document");
  });
});
