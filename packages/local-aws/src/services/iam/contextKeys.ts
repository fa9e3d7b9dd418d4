/** Condition keys that policies ask for. */
import { list } from "../../authorization/principals.ts";
import type { PolicyDocument } from "../../service.ts";

const variable = /\$\{([^},]+)/g;

/** In conditions and in variables, as they are written, each once. */
export function contextKeys(documents: PolicyDocument[]): string[] {
  const found = documents.flatMap(({ Version, Statement }) =>
    list(Statement).flatMap(({ Condition = {}, Resource, NotResource }) => {
      const tests = Object.values(Condition);
      const texts = [Resource, NotResource, ...tests.flatMap((test) => Object.values(test))].flat().map(String);
      const variables = Version === "2012-10-17" ? texts.flatMap((text) => [...text.matchAll(variable)]) : [];
      const names = variables.map(([, name = ""]) => name.trim()).filter((name) => !["*", "?", "$"].includes(name));
      return [...tests.flatMap((test) => Object.keys(test)), ...names];
    }),
  );
  const byName = new Map(found.map((name) => [name.toLowerCase(), name]));
  return [...byName.values()];
}

/** Those that the simulator knows by itself, in lower case. */
export const suppliedKeys: ReadonlySet<string> = new Set([
  ...["aws:currenttime", "aws:epochtime", "aws:principalarn", "aws:principalaccount", "aws:principaltype"],
  ...["aws:userid", "aws:username"],
]);
