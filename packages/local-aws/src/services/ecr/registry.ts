/** The registry itself: tokens to log in by, its policy and its settings. */
import { randomBytes } from "node:crypto";
import type { RegistryScanningRule, ReplicationConfiguration } from "@aws-sdk/client-ecr";
import { parsePolicy } from "../../authorization/validate.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Cloud } from "../../service.ts";
import { invalidParameter, type Records } from "./records.ts";

interface Settings {
  policy?: string;
  scanType: "BASIC" | "ENHANCED";
  rules: RegistryScanningRule[];
  replication: ReplicationConfiguration;
  account: Record<string, string>;
}

const twelveHours = 12 * 3_600_000;

/** Settings of accounts, each with its values, the first by default. */
const accountSettings: Record<string, string[]> = {
  BASIC_SCAN_TYPE_VERSION: ["AWS_NATIVE", "CLAIR"],
  REGISTRY_POLICY_SCOPE: ["V2", "V1"],
};

export function registryOperations({ store }: Pick<Cloud, "store">, records: Records): Operations<"ecr"> {
  const kept = store.collection<Settings>("ecr.registry");
  const settings = (): Settings =>
    kept.get("settings") ?? { scanType: "BASIC", rules: [], replication: { rules: [] }, account: {} };
  const change = (changed: Partial<Settings>) => kept.put("settings", { ...settings(), ...changed });
  const needs = (action: string) => () => [{ action: `ecr:${action}`, resource: "*" }];
  const { accountId: registryId } = records;
  const policy = () => {
    const { policy: policyText } = settings();
    if (policyText !== undefined) return { registryId, policyText };
    const message = `Registry policy does not exist ${records.registry}`;
    throw new AwsError("RegistryPolicyNotFoundException", message);
  };
  const scanning = () => {
    const { scanType, rules } = settings();
    return { scanType, rules };
  };

  return {
    GetAuthorizationToken: {
      access: needs("GetAuthorizationToken"),
      run() {
        const token = `AWS:${randomBytes(96).toString("base64url")}`;
        const proxyEndpoint = `https://${records.uri("").slice(0, -1)}`;
        const expiresAt = new Date(Date.now() + twelveHours);
        return {
          authorizationData: [{ authorizationToken: Buffer.from(token).toString("base64"), expiresAt, proxyEndpoint }],
        };
      },
    },
    DescribeRegistry: {
      access: needs("DescribeRegistry"),
      run: () => ({ registryId, replicationConfiguration: settings().replication }),
    },
    PutReplicationConfiguration: {
      access: needs("PutReplicationConfiguration"),
      run({ replicationConfiguration }) {
        change({ replication: replicationConfiguration });
        return { replicationConfiguration };
      },
    },
    GetRegistryPolicy: { access: needs("GetRegistryPolicy"), run: policy },
    PutRegistryPolicy: {
      access: needs("PutRegistryPolicy"),
      run({ policyText }) {
        try {
          parsePolicy(policyText, "resource");
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          throw invalidParameter("PolicyText", `Invalid registry policy provided: ${error.message}`);
        }
        change({ policy: policyText });
        return { registryId, policyText };
      },
    },
    DeleteRegistryPolicy: {
      access: needs("DeleteRegistryPolicy"),
      run() {
        const gone = policy();
        const { policy: _, ...rest } = settings();
        kept.put("settings", rest);
        return gone;
      },
    },
    GetRegistryScanningConfiguration: {
      access: needs("GetRegistryScanningConfiguration"),
      run: () => ({ registryId, scanningConfiguration: scanning() }),
    },
    PutRegistryScanningConfiguration: {
      access: needs("PutRegistryScanningConfiguration"),
      run({ scanType = "BASIC", rules = [] }) {
        if (scanType !== "BASIC" && scanType !== "ENHANCED") {
          throw invalidParameter("scanType", "must be one of BASIC, ENHANCED");
        }
        change({ scanType, rules });
        return { registryScanningConfiguration: scanning() };
      },
    },
    GetAccountSetting: {
      access: needs("GetAccountSetting"),
      run: ({ name }) => ({ name, value: settings().account[name] ?? allowed(name)[0] }),
    },
    PutAccountSetting: {
      access: needs("PutAccountSetting"),
      run({ name, value }) {
        const values = allowed(name);
        if (!values.includes(value)) throw invalidParameter("value", `must be one of ${values.join(", ")}`);
        change({ account: { ...settings().account, [name]: value } });
        return { name, value };
      },
    },
  };
}

function allowed(name: string): string[] {
  if (Object.hasOwn(accountSettings, name)) return accountSettings[name]!;
  throw invalidParameter("name", `must be one of ${Object.keys(accountSettings).join(", ")}`);
}
