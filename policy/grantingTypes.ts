/** `efs/fileSystemPolicy` as Pulumi's token, `aws:efs/fileSystemPolicy:FileSystemPolicy`. */
export function token(short: string): string {
  const name = short.split("/")[1]!;
  return `aws:${short}:${name[0]!.toUpperCase()}${name.slice(1)}`;
}

/** Types, one service a line, as in `kms: "key keyPolicy"`. */
const tokens = (services: Record<string, string>): string[] =>
  Object.entries(services).flatMap(([service, names]) => names.split(" ").map((name) => token(`${service}/${name}`)));

const policyInputs = {
  accessPolicies: tokens({ elasticsearch: "domain domainPolicy", opensearch: "domain domainPolicy" }),
  accessPolicy: tokens({
    cloudsearch: "domainServiceAccessPolicy",
    cloudwatch: "logDestinationPolicy",
    glacier: "vault",
  }),
  deliveryDestinationPolicy: tokens({ cloudwatch: "logDeliveryDestinationPolicy" }),
  policy: tokens({
    acmpca: "policy",
    apigateway: "domainName restApi restApiPolicy",
    backup: "vaultPolicy",
    bedrock: "agentcoreResourcePolicy",
    cloudwatch: "eventBusPolicy",
    codebuild: "resourcePolicy",
    dsql: "clusterPolicy",
    dynamodb: "resourcePolicy",
    ecr: "registryPolicy repositoryPolicy",
    ecrpublic: "repositoryPolicy",
    efs: "fileSystemPolicy",
    glacier: "vaultLock",
    glue: "resourcePolicy",
    kinesis: "resourcePolicy",
    kms: "externalKey key keyPolicy replicaExternalKey replicaKey",
    lambda: "resourcePolicy",
    mediastore: "containerPolicy",
    msk: "clusterPolicy",
    networkfirewall: "resourcePolicy",
    oam: "sinkPolicy",
    opensearchingest: "resourcePolicy",
    pinpoint: "smsvoicev2ResourcePolicy",
    redshift: "resourcePolicy",
    redshiftserverless: "resourcePolicy",
    s3: "accessPoint bucket bucketPolicy filesFileSystemPolicy vectorsVectorBucketPolicy",
    s3control: "accessGrantsInstanceResourcePolicy accessPointPolicy bucketPolicy objectLambdaAccessPointPolicy",
    schemas: "registryPolicy",
    secretsmanager: "secret secretPolicy",
    ses: "identityPolicy",
    sesv2: "emailIdentityPolicy",
    sns: "topic topicPolicy",
    sqs: "queue queuePolicy",
    vpclattice: "authPolicy resourcePolicy",
  }),
  policyDocument: tokens({
    amp: "resourcePolicy",
    cloudwatch: "logResourcePolicy",
    codeartifact: "domainPermissions repositoryPermissionsPolicy",
    xray: "resourcePolicy",
  }),
  repositoryPolicy: tokens({ ecr: "repositoryCreationTemplate" }),
  resourcePolicy: tokens({ s3tables: "tableBucketPolicy tablePolicy", sagemaker: "modelPackageGroupPolicy" }),
};

/** Types whose policy says who may use them, each with the input that holds it. */
export const resourcePolicies: ReadonlyMap<string, string> = new Map(
  Object.entries(policyInputs).flatMap(([input, types]) => types.map((type) => [type, input] as const)),
);

/** Types that no rule has to look at: by themselves they give nobody anything. */
export const withoutAccess: ReadonlySet<string> = new Set(
  tokens({
    apigateway:
      "account apiKey authorizer basePathMapping clientCertificate deployment documentationPart documentationVersion " +
      "domainNameAccessAssociation integration integrationResponse methodResponse model requestValidator resource " +
      "response usagePlan usagePlanKey vpcLink",
    apigatewayv2:
      "apiMapping authorizer deployment domainName integration integrationResponse model routeResponse routingRule vpcLink",
    cloudwatch: "logAccountPolicy logDataProtectionPolicy logIndexPolicy",
    datasync: "locationHdfs",
    // A policy of an endpoint narrows what its network may do; it gives nobody a right.
    ec2: "vpcEndpoint vpcEndpointPolicy",
    ecr: "accountSetting lifecyclePolicy pullThroughCacheRule pullTimeUpdateExclusion registryScanningConfiguration repository",
    iam:
      "accountAlias accountPasswordPolicy instanceProfile openIdConnectProvider rolePoliciesExclusive samlProvider " +
      "securityTokenServicePreferences serverCertificate serviceLinkedRole",
    kms: "alias ciphertext customKeyStore",
    lambda:
      "alias capacityProvider codeSigningConfig functionEventInvokeConfig functionRecursionConfig functionScalingConfig " +
      "invocation layerVersion provisionedConcurrencyConfig runtimeManagementConfig",
    networkmanager: "coreNetwork coreNetworkPolicyAttachment",
    opensearch: "serverlessLifecyclePolicy",
    resiliencehub: "resiliencyPolicy",
    s3:
      "bucketAccelerateConfiguration bucketCorsConfiguration bucketIntelligentTieringConfiguration " +
      "bucketLifecycleConfiguration bucketMetadataConfiguration bucketMetric bucketNotification " +
      "bucketObjectLockConfiguration bucketRequestPaymentConfiguration bucketServerSideEncryptionConfiguration " +
      "bucketWebsiteConfiguration directoryBucket filesFileSystem filesMountTarget filesSynchronizationConfiguration " +
      "vectorsIndex vectorsVectorBucket",
    s3tables: "namespace table tableBucket",
    secretsmanager: "secretRotation secretVersion tag",
    ses: "receiptFilter",
    sns: "dataProtectionPolicy platformApplication smsPreferences topicSubscription",
    sqs: "redriveAllowPolicy redrivePolicy",
  }),
);

/** Services that hold data or rights: a type of theirs is refused until a rule knows it, or it is listed above. */
const guarded =
  /^aws:(apigateway|apigatewayv2|ecr|ecrpublic|iam|kms|lambda|s3|s3control|s3tables|secretsmanager|sns|sqs)\//;

/** Services that make whatever a template says, past all rules. */
const templates = /^(aws:(cloudcontrol|cloudformation|serverlessrepository)\/|aws-native:)/;

/** Inputs that say who may do what. */
const granting =
  /^(\w*[pP]olicyDocument|(access|deliveryDestination|inline|repository|resource)Policy|policy|accessPolicies|\w*[pP]rincipals?)$/;

/**
 * Why a type is refused unless a rule knows it; undefined for one that grants nothing.
 * @param inputs names of what it is given.
 */
export function grants(type: string, inputs: string[]): string | undefined {
  if (templates.test(type)) return "makes what its template says, past every rule";
  if (withoutAccess.has(type)) return undefined;
  if (guarded.test(type)) return "may grant access";
  const input = type.startsWith("aws:") ? inputs.find((name) => granting.test(name)) : undefined;
  return input && `${input} grants access`;
}
