/** Rules of a notebook instance's settings. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateNotebookInstance.html */
import type { CreateNotebookInstanceInput, NotebookInstanceLifecycleHook } from "@aws-sdk/client-sagemaker";
import { brokenConstraint } from "../../../kit/constraint.ts";
import { invalid } from "../names.ts";

type Settings = Omit<CreateNotebookInstanceInput, "NotebookInstanceName">;

const failed = (value: unknown, member: string, rule: string) =>
  invalid(brokenConstraint(value, member, `Member must ${rule}`));

function checkPattern(member: string, value: string | undefined, pattern: RegExp, max: number): void {
  if (value === undefined) return;
  if (value.length > max) throw failed(value, member, `have length less than or equal to ${max}`);
  if (!pattern.test(value)) throw failed(value, member, `satisfy regular expression pattern: ${pattern.source}`);
}

export function checkRange(member: string, value: number | undefined, min: number, max: number): void {
  if (value === undefined) return;
  if (value < min) throw failed(value, member, `have value greater than or equal to ${min}`);
  if (value > max) throw failed(value, member, `have value less than or equal to ${max}`);
}

function checkOneOf(member: string, value: string | undefined, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value)) {
    throw failed(value, member, `satisfy enum value set: [${allowed.join(", ")}]`);
  }
}

const platforms = ["notebook-al1-v1", "notebook-al2-v1", "notebook-al2-v2", "notebook-al2-v3", "notebook-al2023-v1"];
const repository = /^https:\/\/[^/]+\/?.*$|^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/s;

/** @throws AwsError `ValidationException` */
export async function checkSettings(input: Partial<Settings>): Promise<void> {
  const { _InstanceType } = await import("@aws-sdk/client-sagemaker");
  checkOneOf("instanceType", input.InstanceType, Object.values(_InstanceType));
  checkRange("volumeSizeInGB", input.VolumeSizeInGB, 5, 16_384);
  checkOneOf("directInternetAccess", input.DirectInternetAccess, ["Enabled", "Disabled"]);
  checkOneOf("rootAccess", input.RootAccess, ["Enabled", "Disabled"]);
  checkOneOf("platformIdentifier", input.PlatformIdentifier, platforms);
  checkOneOf(
    "instanceMetadataServiceConfiguration.minimumInstanceMetadataServiceVersion",
    input.InstanceMetadataServiceConfiguration?.MinimumInstanceMetadataServiceVersion,
    ["1", "2"],
  );
  checkPattern("roleArn", input.RoleArn, /^arn:aws[a-z-]*:iam::\d{12}:role\/?[a-zA-Z_0-9+=,.@\-_/]+$/, 2048);
  checkPattern("subnetId", input.SubnetId, /^[-0-9a-zA-Z]+$/, 32);
  checkPattern("defaultCodeRepository", input.DefaultCodeRepository, repository, 1024);
  const more = input.AdditionalCodeRepositories ?? [];
  if (more.length > 3)
    throw failed(`[${more.join(", ")}]`, "additionalCodeRepositories", "have length less than or equal to 3");
  for (const one of more) checkPattern("additionalCodeRepositories", one, repository, 1024);
  if (input.DirectInternetAccess === "Disabled" && !input.SubnetId) {
    throw invalid("DirectInternetAccess can be Disabled only when a SubnetId is specified.");
  }
  if (input.SecurityGroupIds?.length && !input.SubnetId) {
    throw invalid("SecurityGroupIds can be specified only together with a SubnetId.");
  }
}

const longestScript = 16_384;

/** @throws AwsError `ValidationException` */
export function checkHooks(member: string, hooks: NotebookInstanceLifecycleHook[] = []): void {
  if (hooks.length > 1) throw failed(`${hooks.length} scripts`, member, "have length less than or equal to 1");
  for (const { Content = "" } of hooks) {
    if (Content.length === 0 || Content.length > longestScript) {
      throw failed(
        `${Content.length} characters`,
        `${member}.1.member.content`,
        `have length between 1 and ${longestScript}`,
      );
    }
    if (Buffer.from(Content, "base64").toString("base64").replace(/=+$/, "") !== Content.replace(/\s|=+$/g, "")) {
      throw invalid(`The content of ${member} is not base64-encoded.`);
    }
  }
}
