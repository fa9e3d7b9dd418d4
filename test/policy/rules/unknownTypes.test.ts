import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { knownTypes } from "../../../policy/check.ts";
import { grants, token, withoutAccess } from "../../../policy/grantingTypes.ts";
import { rule } from "../support/rule.ts";

const provider = dirname(require.resolve("@pulumi/aws/package.json"));

/** Every resource of the provider, with the names of its inputs. */
function* typesOfProvider(): Generator<[type: string, inputs: string[]]> {
  for (const service of readdirSync(provider, { withFileTypes: true })) {
    if (!service.isDirectory() || service.name === "types") continue;
    for (const file of readdirSync(join(provider, service.name))) {
      if (!file.endsWith(".js")) continue;
      const path = join(provider, service.name, file);
      const type = /__pulumiType = '(.+?)'/.exec(readFileSync(path, "utf8"))?.[1];
      if (!type) continue;
      const [, args = ""] = readFileSync(path.replace(/js$/, "d.ts"), "utf8").split(/export interface \w+Args \{/);
      yield [type, [...args.matchAll(/^ {4}(\w+)\??:/gm)].map(([, input]) => input!)];
    }
  }
}

/** What is refused today, by service: nobody has needed it yet. */
const refused: Record<string, string> = {
  acmpca: "permission",
  cloudcontrol: "resource",
  cloudformation: "cloudFormationType stack stackInstances stackSet stackSetInstance",
  cloudwatch: "eventPermission",
  datazone: "policyGrant",
  ec2: "vpcEndpointService",
  ecr: "replicationConfiguration",
  ecrpublic: "repository",
  eks: "podIdentityAssociation",
  globalaccelerator: "crossAccountAttachment",
  iam: "organizationsFeatures outboundWebIdentityFederation",
  iot: "policy policyAttachment thingPrincipalAttachment",
  lakeformation: "optIn permissions",
  lambda: "coreNetworkConnector microvmsImage",
  licensemanager: "licenseGrant",
  odb: "network",
  opensearch: "serverlessAccessPolicy serverlessSecurityPolicy",
  organizations: "awsServiceAccess delegatedAdministrator organization",
  ram: "principalAssociation resourceShare resourceShareAssociationsExclusive",
  // The second versions are deprecated; analytics, inventory and replication hand data to another bucket.
  s3:
    "analyticsConfiguration bucketAbac bucketAccelerateConfigurationV2 bucketAclV2 bucketCorsConfigurationV2 " +
    "bucketLifecycleConfigurationV2 bucketLoggingV2 bucketObjectLockConfigurationV2 bucketReplicationConfig " +
    "bucketRequestPaymentConfigurationV2 bucketServerSideEncryptionConfigurationV2 bucketV2 bucketVersioningV2 " +
    "bucketWebsiteConfigurationV2 filesAccessPoint inventory",
  s3control:
    "accessGrant accessGrantsInstance accessGrantsLocation bucket bucketLifecycleConfiguration " +
    "directoryBucketAccessPointScope multiRegionAccessPoint multiRegionAccessPointPolicy multiRegionAccessPointRoutes " +
    "objectLambdaAccessPoint storageLensConfiguration",
  s3tables: "tableBucketReplication tableReplication",
  serverlessrepository: "cloudFormationStack",
  servicecatalog: "portfolioShare",
  signer: "signingProfilePermission",
  ssoadmin: "permissionSetInlinePolicy",
  transfer: "access user",
  verifiedaccess: "endpoint group",
};

describe("what may grant access:", () => {
  rule("granting-type-is-known", "lambda/alias:Alias", { props: {} }, []);
  rule("granting-type-is-known", "apigatewayv2/route:Route", { props: {} }, []);
  rule("granting-type-is-known", "dynamodb/table:Table", { props: {} }, []);
  rule("granting-type-is-known", "ecr/replicationConfiguration:ReplicationConfiguration", undefined, [
    ["a type that no rule knows", { props: {} }, /^aws:ecr\/replicationConfiguration.* may grant access, and no rule/],
  ]);
  rule("granting-type-is-known", "sqs/queueShare:QueueShare", undefined, [
    ["a type that the provider will have one day", { props: {} }, /may grant access, and no rule knows it$/],
  ]);
  rule("granting-type-is-known", "ram/principalAssociation:PrincipalAssociation", undefined, [
    ["a principal, in any service", { props: { principal: "210987654321" } }, / principal grants access, and no rule/],
  ]);
  rule("granting-type-is-known", "cloudformation/stack:Stack", undefined, [
    ["a template", { props: { templateBody: "{}" } }, / makes what its template says, past every rule, and no rule/],
  ]);

  const types = [...typesOfProvider()];

  it("knows each type that grants access, or refuses it", () => {
    assert.ok(types.length > 1500, `${types.length} types`);
    const found = types.filter(([type, inputs]) => !knownTypes.has(type) && grants(type, inputs)).map(([type]) => type);
    const listed = Object.entries(refused).flatMap(([service, names]) =>
      names.split(" ").map((name) => token(`${service}/${name}`)),
    );
    // A new version of the provider brings types: let a rule look at each, list it in policy/grantingTypes.ts, or add it here.
    assert.deepEqual(found.sort(), listed.sort());
  });

  it("lists nothing that the provider does not have, that a rule looks at, or that grants nothing anyway", () => {
    const all = new Map(types);
    for (const type of withoutAccess) assert.ok(all.has(type) && !knownTypes.has(type), type);
    for (const type of knownTypes) assert.ok(all.has(type) || type === "pulumi:providers:aws", type);
  });
});
