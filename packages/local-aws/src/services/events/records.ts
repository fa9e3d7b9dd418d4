/** What EventBridge stores. */
import type { Target } from "@aws-sdk/client-eventbridge";
import type { PolicyStatement } from "../../service.ts";

export interface BusRecord {
  name: string;
  arn: string;
  description?: string;
  /** ISO date. */
  created: string;
  modified: string;
  statements: PolicyStatement[];
  tags: Record<string, string>;
}

export interface RuleRecord {
  name: string;
  bus: string;
  arn: string;
  /** As text, as it was put. */
  pattern?: string;
  schedule?: string;
  state: "ENABLED" | "DISABLED" | "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS";
  description?: string;
  roleArn?: string;
  /** ISO date: where a rate begins. */
  created: string;
  targets: Target[];
  tags: Record<string, string>;
}
