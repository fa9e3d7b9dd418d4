import type { Table } from "@pulumi/aws/dynamodb";
import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import type { CodeFunction } from "./codeFunction.ts";
import { createEventRule } from "./function/eventRule.ts";
import type { ExecutionRole } from "./function/executionRole.ts";
import { createSweepOnDestroy } from "./function/sweepOnDestroy.ts";
import { createItemTable } from "./itemTable.ts";
import { runtimePrefix } from "./naming.ts";
import { createOutwardGroup } from "./network.ts";
import type { NotebookFunction, NotebookServiceArgs } from "./notebooks/args.ts";
import { createNotebookFunctions } from "./notebooks/functions.ts";
import { observedOf } from "./notebooks/observed.ts";
import { createNotebookRole } from "./notebooks/role.ts";
import { notebookRoutes } from "./notebooks/routes.ts";
import { notebookRules } from "./notebooks/validate.ts";
import type { Observed } from "./observability/args.ts";
import { validate } from "./validation.ts";

export type { NotebookServiceArgs, SparkCluster } from "./notebooks/args.ts";

/**
 * Notebooks for data scientists on SageMaker, by routes for an API: each an instance with its lifecycle configuration,
 * opened by a URL of five minutes. What SageMaker tells of them reaches a table; those that nobody uses are warned and
 * stopped from outside, and what does not report, or does not stop, is an alarm. With the stack all of them go.
 *
 * @example
 * const notebooks = new NotebookService("notebooks", { idleMinutes: 60 });
 * const api = new ApiWithLambdas("platform", { routes: notebooks.routes });
 */
export class NotebookService extends ComponentResource {
  readonly table: Table;
  /** What notebooks act as. */
  readonly role: ExecutionRole;
  readonly functions: Record<NotebookFunction, CodeFunction>;
  /** For `Observability`. */
  readonly observed: Observed;
  /** For an API: `GET /notebooks` and so on. */
  readonly routes: ReturnType<typeof notebookRoutes>;
  /** What the names of all instances begin with. */
  readonly namePrefix: string;

  constructor(name: string, args: NotebookServiceArgs = {}, opts?: ComponentResourceOptions) {
    validate(`NotebookService "${name}"`, notebookRules(name, args));
    super("dsp:index:NotebookService", name, {}, opts);
    const { network, auth = "iam" } = args;
    this.namePrefix = runtimePrefix(name);
    const place = {
      region: getRegionOutput({}, { parent: this }).region,
      accountId: getCallerIdentityOutput({}, { parent: this }).accountId,
      prefix: this.namePrefix,
    };

    this.table = createItemTable(`${name}-table`, ["NotebookId"], this);
    this.role = createNotebookRole(name, place, args, this);
    const members = `Notebooks of ${name}`;
    const securityGroup = network && createOutwardGroup(`${name}-notebook`, { members, vpcId: network.vpcId }, this);
    const settings = { place, table: this.table, role: this.role, securityGroup };
    this.functions = createNotebookFunctions(name, args, settings, this);
    createEventRule(`${name}-changes`, changesOf(this.namePrefix), this.functions.observe, this);
    const { sweep } = this.functions;
    const needed = [this.role.role, this.role.policy, ...(securityGroup ? [securityGroup] : [])];
    createSweepOnDestroy(name, { sweep, after: needed }, this);
    this.observed = observedOf(name, this);

    this.routes = notebookRoutes(this.functions, auth);
    this.registerOutputs({ tableName: this.table.name });
  }
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html */
const changesOf = (prefix: string) => ({
  description: "Notebooks that start, stop, fail or go",
  eventPattern: {
    source: ["aws.sagemaker"],
    "detail-type": ["SageMaker Notebook Instance State Change"],
    detail: { NotebookInstanceName: [{ prefix: `${prefix}-` }] },
  },
});
