import type { RevisionLocation } from "@aws-sdk/client-codedeploy";
import { parse } from "yaml";
import { AwsError } from "../../service.ts";
import type { Deployment } from "./records.ts";

interface AppSpec {
  version?: number | string;
  Resources?: Record<string, { Type?: string; Properties?: Record<string, unknown> }>[];
  Hooks?: Record<string, string>[];
}

const hookNames = ["BeforeAllowTraffic", "AfterAllowTraffic"];

/**
 * Reads the AppSpec of a deployment to Lambda: one function, its alias, two versions, hooks.
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
 *
 * @throws {AwsError} `InvalidRevisionException` naming what is wrong.
 */
export function readAppSpec(revision: RevisionLocation | undefined): Pick<Deployment, "target" | "hooks"> {
  const content = revision?.appSpecContent?.content ?? revision?.string?.content;
  if (!content) throw invalid("the revision has no AppSpec content");
  const spec = parseText(content);
  const resources = (spec.Resources ?? []).flatMap((resource) => Object.values(resource ?? {}));
  if (resources.length !== 1 || resources[0]?.Type !== "AWS::Lambda::Function") {
    throw invalid("Resources must hold exactly one AWS::Lambda::Function");
  }
  const { Name, Alias, CurrentVersion, TargetVersion } = resources[0].Properties ?? {};
  for (const [key, value] of Object.entries({ Name, Alias, CurrentVersion, TargetVersion })) {
    if (value === undefined || value === "") throw invalid(`the property ${key} is missing`);
  }
  for (const version of [CurrentVersion, TargetVersion]) {
    if (!/^\d+$/.test(String(version))) throw invalid(`"${String(version)}" is not a published version`);
  }
  const hooks = Object.assign({}, ...(spec.Hooks ?? [])) as Record<string, string>;
  const unknown = Object.keys(hooks).find((name) => !hookNames.includes(name));
  if (unknown) throw invalid(`the hook ${unknown} is not one of ${hookNames.join(", ")}`);
  return {
    target: {
      functionName: String(Name),
      alias: String(Alias),
      currentVersion: String(CurrentVersion),
      targetVersion: String(TargetVersion),
    },
    hooks,
  };
}

function parseText(content: string): AppSpec {
  try {
    const spec = parse(content) as AppSpec;
    if (typeof spec === "object" && spec !== null) return spec;
  } catch {
    // Said below.
  }
  throw invalid("the AppSpec content is neither YAML nor JSON");
}

const invalid = (reason: string): AwsError =>
  new AwsError("InvalidRevisionException", `The deployment specifies an invalid AppSpec: ${reason}`);
