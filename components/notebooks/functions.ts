import type { Table } from "@pulumi/aws/dynamodb";
import type { SecurityGroup } from "@pulumi/aws/ec2";
import { all, type Input, jsonStringify, type Resource } from "@pulumi/pulumi";
import { CodeFunction, type CodeFunctionArgs } from "../codeFunction.ts";
import { tableBinding } from "../function/bindings.ts";
import type { ExecutionRole } from "../function/executionRole.ts";
import type { Statement } from "../function/statement.ts";
import { corsEnvironment } from "../openapi/cors.ts";
import { resourceTags } from "../resourceTags.ts";
import { defaultHandlers, type NotebookFunction, type NotebookServiceArgs } from "./args.ts";
import { type Place, rights } from "./rights.ts";

export interface FunctionSettings {
  place: Place;
  table: Table;
  role: ExecutionRole;
  /** Of notebooks in a network. */
  securityGroup: SecurityGroup | undefined;
}

const defaultInstanceTypes = ["ml.t3.medium", "ml.t3.large", "ml.t3.xlarge", "ml.m5.xlarge", "ml.m5.2xlarge"];

/** Everything that runs for notebooks, each function with what it needs and no more. */
export function createNotebookFunctions(
  name: string,
  args: NotebookServiceArgs,
  { place, table, role, securityGroup }: FunctionSettings,
  parent: Resource,
): Record<NotebookFunction, CodeFunction> {
  const { encryptionKeyArn: keyArn, network, logRetention } = args;
  const settings = notebookSettings(args, securityGroup);
  const create = (label: NotebookFunction, statements: Statement[], more: Partial<CodeFunctionArgs>) =>
    new CodeFunction(
      `${name}-${label}`,
      {
        entry: args.handlers?.[label] ?? defaultHandlers[label],
        ...more,
        environment: { NOTEBOOKS: settings, ...more.environment },
        bindings: { NAME_PREFIX: { value: place.prefix, statements }, ...more.bindings },
        ...(logRetention !== undefined && { logRetention }),
      } as CodeFunctionArgs,
      { parent },
    );
  // The gateway's 29 seconds, less its own second.
  const answering = (more: Partial<CodeFunctionArgs>) => ({
    ...{ timeout: 28, memory: 512, environment: corsEnvironment(args.cors) },
    ...more,
  });
  return {
    read: create(
      "read",
      rights.open(place),
      answering({
        description: "Lists notebooks, and opens them",
        bindings: { NOTEBOOKS_TABLE: tableBinding(table, ["GetItem", "Query"]) },
      }),
    ),
    change: create(
      "change",
      [
        ...rights.change(place),
        ...(network ? rights.join() : []),
        ...(keyArn === undefined ? [] : rights.useKey(keyArn)),
      ],
      answering({
        description: "Makes, starts, stops, changes and deletes notebooks",
        bindings: {
          NOTEBOOKS_TABLE: tableBinding(table, ["DeleteItem", "GetItem", "PutItem", "UpdateItem"]),
          NOTEBOOK_ROLE_ARN: {
            value: role.role.arn,
            statements: rights.passRole(role.role.arn, "sagemaker.amazonaws.com"),
          },
        },
      }),
    ),
    observe: create("observe", rights.end(place), {
      description: "Hears from SageMaker what becomes of notebooks",
      // A notebook's end is waited for.
      timeout: 300,
      bindings: { NOTEBOOKS_TABLE: tableBinding(table, ["DeleteItem", "GetItem", "UpdateItem"]) },
      asynchronous: {},
    }),
    clean: create("clean", [...rights.end(place), ...rights.tag(place), ...rights.list()], {
      description: "Stops notebooks that nobody uses",
      timeout: 240,
      bindings: { NOTEBOOKS_TABLE: tableBinding(table, ["DeleteItem", "GetItem", "Query", "UpdateItem"]) },
      // The next comes soon enough.
      asynchronous: { retries: 0 },
      schedule: { expression: "rate(5 minutes)" },
    }),
    sweep: create("sweep", [...rights.end(place), ...rights.list(), ...rights.listConfigs()], {
      description: "Removes every notebook, as the stack goes",
      // Less than a NAT gateway bears a silent connection.
      timeout: 300,
      asynchronous: {},
    }),
  };
}

/** What functions are told of notebooks: `handlers/notebooks/settings.ts`. */
function notebookSettings(args: NotebookServiceArgs, securityGroup: SecurityGroup | undefined): Input<string> {
  const { instanceTypes = defaultInstanceTypes, network, cluster, encryptionKeyArn } = args;
  return jsonStringify({
    instanceTypes,
    maximumVolumeSize: args.maximumVolumeSize ?? 100,
    idleMinutes: args.idleMinutes ?? 120,
    rootAccess: args.rootAccess ?? false,
    directInternet: args.directInternet ?? network === undefined,
    ...(network &&
      securityGroup && { network: { subnetIds: network.subnetIds, securityGroupIds: all([securityGroup.id]) } }),
    ...(encryptionKeyArn !== undefined && { keyArn: encryptionKeyArn }),
    ...(cluster && { cluster: { livyUrl: cluster.livyUrl, executionRoleArn: cluster.executionRoleArn } }),
    tags: resourceTags(),
  });
}
