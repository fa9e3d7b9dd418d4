import { rule } from "../support/rule.ts";

const container = {
  name: "main",
  readonlyRootFilesystem: true,
  environment: [
    { name: "TABLE", value: "irises" },
    { name: "API_TOKEN", value: "arn:aws:secretsmanager:eu-west-1:1:secret:token" },
  ],
  logConfiguration: { logDriver: "awslogs" },
};
const task = (change: object = {}) => ({
  props: { containerDefinitions: JSON.stringify([{ ...container, ...change }]) },
});

describe("rules of containers:", () => {
  rule("containers-are-confined", "ecs/taskDefinition:TaskDefinition", task(), [
    ["files that can be written", task({ readonlyRootFilesystem: false }), /^containerDefinitions\[0\].readonlyRoot/],
    ["rights over the host", task({ privileged: true }), /^containerDefinitions\[0\].privileged/],
    ["no log", task({ logConfiguration: undefined }), /^containerDefinitions\[0\].logConfiguration is missing/],
  ]);
  rule("no-secrets-in-container-environment", "ecs/taskDefinition:TaskDefinition", task(), [
    [
      "a password",
      task({ environment: [{ name: "DB_PASSWORD", value: "hunter2" }] }),
      /^containerDefinitions\[0\].environment.DB_PASSWORD looks like a secret/,
    ],
  ]);
  const networkConfiguration = { subnets: ["subnet-1"], assignPublicIp: false };
  rule("tasks-are-private", "ecs/service:Service", { props: { networkConfiguration } }, [
    [
      "a public address",
      { props: { networkConfiguration: { ...networkConfiguration, assignPublicIp: true } } },
      /^networkConfiguration.assignPublicIp is true/,
    ],
    ["an old platform", { props: { networkConfiguration, platformVersion: "1.3.0" } }, /^platformVersion is 1.3.0/],
  ]);
  const insights = (value: string) => ({ props: { settings: [{ name: "containerInsights", value }] } });
  rule("cluster-is-observed", "ecs/cluster:Cluster", insights("enabled"), [
    ["insights off", insights("disabled"), /^settings has no containerInsights/],
    ["nothing said", { props: {} }, /^settings has no containerInsights/],
  ]);
  const group = (ingress: object[], description: string | undefined = "web") => ({ props: { description, ingress } });
  rule(
    "security-group-admits-nobody-at-large",
    "ec2/securityGroup:SecurityGroup",
    group([{ cidrBlocks: ["10.0.0.0/8"] }]),
    [
      ["the internet", group([{ cidrBlocks: ["0.0.0.0/0"] }]), /^ingress\[0\] admits 0.0.0.0\/0/],
      ["the internet of IPv6", group([{ ipv6CidrBlocks: ["::/0"] }]), /^ingress\[0\] admits ::\/0/],
      ["no word of it", group([], ""), /^description is missing/],
    ],
  );
  const maximumCapacity = { cpu: "8 vCPU", memory: "32 GB" };
  rule("spark-application-is-bounded", "emrserverless/application:Application", { props: { maximumCapacity } }, [
    ["no maximum", { props: {} }, /^maximumCapacity is not set/],
    ["half a maximum", { props: { maximumCapacity: { cpu: "8 vCPU" } } }, /^maximumCapacity is not set/],
    [
      "one that never stops",
      { props: { maximumCapacity, autoStopConfiguration: { enabled: false } } },
      /^autoStopConfiguration.enabled is false/,
    ],
  ]);
});
