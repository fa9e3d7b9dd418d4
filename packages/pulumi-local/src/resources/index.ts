import type { Cloud } from "local-aws/service";
import type { Component, Invoke, Registry, ResourceProvider } from "../engine/provider.ts";
import { apigateway } from "./apigateway/index.ts";
import { apigatewayv2Resources } from "./apigatewayv2.ts";
import { appAutoscalingResources } from "./appautoscaling.ts";
import { accountWide, asked, Clients, regional } from "./awsProvider/clients.ts";
import { budgetResources } from "./budgets.ts";
import { codedeployResources } from "./codedeploy.ts";
import { cognitoResources } from "./cognito/index.ts";
import { dynamodbResources } from "./dynamodb/index.ts";
import { ec2Resources } from "./ec2/index.ts";
import { ecrResources } from "./ecr/index.ts";
import { ecsResources } from "./ecs.ts";
import { emrServerlessResources } from "./emrserverless.ts";
import { eventsResources } from "./events.ts";
import { eventSourceResources } from "./eventsources.ts";
import { iamResources } from "./iam/index.ts";
import { kinesisResources } from "./kinesis.ts";
import { kmsResources } from "./kms.ts";
import { lambdaResources } from "./lambda/index.ts";
import { logsResources } from "./logs.ts";
import { monitoringResources } from "./monitoring.ts";
import { isRegional, type ResourceType, resourceProvider, type ServiceResources } from "./resourceType.ts";
import { route53Resources } from "./route53/index.ts";
import { s3Resources } from "./s3/index.ts";
import { sageMakerResources } from "./sagemaker.ts";
import { schedulerResources } from "./scheduler.ts";
import { secretsManagerResources } from "./secretsmanager.ts";
import { sesResources } from "./ses.ts";
import { snsResources } from "./sns.ts";
import { sqsResources } from "./sqs.ts";
import { ssmResources } from "./ssm.ts";
import { statesResources } from "./states.ts";
import { stsResources } from "./sts.ts";
import { xrayResources } from "./xray.ts";

/** Every service whose resources can be made, one line each. */
const services: ServiceResources[] = [
  iamResources,
  stsResources,
  apigateway,
  apigatewayv2Resources,
  lambdaResources,
  logsResources,
  statesResources,
  dynamodbResources,
  sqsResources,
  route53Resources,
  s3Resources,
  snsResources,
  eventSourceResources,
  codedeployResources,
  eventsResources,
  schedulerResources,
  monitoringResources,
  ssmResources,
  ec2Resources,
  ecrResources,
  ecsResources,
  appAutoscalingResources,
  kinesisResources,
  kmsResources,
  secretsManagerResources,
  cognitoResources,
  xrayResources,
  sesResources,
  sageMakerResources,
  emrServerlessResources,
  budgetResources,
];

/** Every resource type on that cloud. The facts of one are the same on each. */
export const resourceTypes = (cloud: Cloud): ResourceType[] => services.flatMap((service) => service(cloud).types);

/**
 * All resource types and functions that the local cloud knows, for the engine.
 * @throws Error when two files claim one type: a mistake of this folder, not of a program.
 */
export function createRegistry(cloud: Cloud): Registry {
  const clients = new Clients(cloud, bind);
  const home = clients.in(cloud.region);
  const provider = (token: string, own: ResourceProvider): ResourceProvider => {
    if (isRegional(token)) return regional(token, clients);
    return token.startsWith("aws:") ? accountWide(token, clients) : own;
  };
  const components = [...home.components.keys()].map((token): [string, Component] => [
    token,
    async (inputs, context) => {
      const aws = context.providerOf("aws");
      return (await clients.as(aws, aws.region)).components.get(token)!(inputs, context);
    },
  ]);
  return {
    resources: new Map([...home.resources].map(([token, own]) => [token, provider(token, own)])),
    invokes: new Map([...home.invokes.keys()].map((token) => [token, asked(token, clients)])),
    components: new Map(components),
    configure: async (name, settings) => (name === "aws" ? clients.configure(settings) : undefined),
  };
}

/** All of it in one region, for one caller. */
function bind(cloud: Cloud): Required<Omit<Registry, "configure">> {
  const resources = new Map<string, ResourceProvider>();
  const invokes = new Map<string, Invoke>();
  const components = new Map<string, Component>();
  for (const service of services) {
    const { types, invokes: functions = {}, components: made = {} } = service(cloud);
    for (const type of types) {
      if (resources.has(type.type)) throw new Error(`two files of resources make ${type.type}`);
      resources.set(type.type, resourceProvider(type));
    }
    for (const [token, invoke] of Object.entries(functions)) {
      if (invokes.has(token)) throw new Error(`two files of resources answer ${token}`);
      invokes.set(token, invoke);
    }
    for (const [token, component] of Object.entries(made)) {
      if (components.has(token)) throw new Error(`two files of resources make ${token}`);
      components.set(token, component);
    }
  }
  return { resources, invokes, components };
}
