/** What is kept, who may use it, and APIs. */
import { account, arn, everything, type Kind, trust } from "./kind.ts";

export const things: Record<string, Kind> = {
  "a table": {
    service: "dynamodb",
    make: [
      "CreateTable",
      {
        TableName: "made",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 3 },
        StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
        DeletionProtectionEnabled: false,
      },
    ],
    look: ["DescribeTable", { TableName: "made" }, "Table"],
    end: ["DeleteTable", { TableName: "made" }],
    gone: "ResourceNotFoundException",
    tagged: arn("dynamodb", "table/made"),
  },
  "a parameter": {
    service: "ssm",
    make: [
      "PutParameter",
      {
        Name: "/made",
        Description: "d",
        Type: "String",
        Value: "x1",
        AllowedPattern: "x.",
        Tier: "Advanced",
        DataType: "text",
      },
    ],
    look: [
      "DescribeParameters",
      { ParameterFilters: [{ Key: "Name", Option: "Equals", Values: ["/made"] }] },
      "Parameters",
      0,
    ],
    end: ["DeleteParameter", { Name: "/made" }],
    tagged: "/made",
    hidden: ["Value"],
  },
  "a key": {
    service: "kms",
    make: ["CreateKey", { Description: "d", KeyUsage: "SIGN_VERIFY", KeySpec: "RSA_2048" }],
    look: [
      "DescribeKey",
      ({ KeyMetadata }: { KeyMetadata: { KeyId: string } }) => ({ KeyId: KeyMetadata.KeyId }),
      "KeyMetadata",
    ],
    end: [
      "ScheduleKeyDeletion",
      ({ KeyMetadata }: { KeyMetadata: { KeyId: string } }) => ({ KeyId: KeyMetadata.KeyId }),
    ],
    gone: { KeyState: "PendingDeletion", Enabled: false },
    tagged: ({ KeyMetadata }: { KeyMetadata: { KeyId: string } }) => KeyMetadata.KeyId,
  },
  "a role": {
    service: "iam",
    make: [
      "CreateRole",
      {
        RoleName: "made",
        Path: "/p/",
        Description: "d",
        MaxSessionDuration: 7200,
        AssumeRolePolicyDocument: trust("lambda.amazonaws.com"),
      },
    ],
    look: ["GetRole", { RoleName: "made" }, "Role"],
    end: ["DeleteRole", { RoleName: "made" }],
    gone: "NoSuchEntityException",
    tagged: "made",
    hidden: ["AssumeRolePolicyDocument"],
  },
  "a user": {
    service: "iam",
    make: ["CreateUser", { UserName: "made", Path: "/p/" }],
    look: ["GetUser", { UserName: "made" }, "User"],
    end: ["DeleteUser", { UserName: "made" }],
    gone: "NoSuchEntityException",
    tagged: "made",
  },
  "a policy": {
    service: "iam",
    make: ["CreatePolicy", { PolicyName: "made", Path: "/p/", Description: "d", PolicyDocument: everything }],
    look: ["GetPolicy", { PolicyArn: `arn:aws:iam::${account}:policy/p/made` }, "Policy"],
    end: ["DeletePolicy", { PolicyArn: `arn:aws:iam::${account}:policy/p/made` }],
    gone: "NoSuchEntityException",
    tagged: `arn:aws:iam::${account}:policy/p/made`,
    hidden: ["PolicyDocument"],
  },
  "a REST API": {
    service: "apigateway",
    make: [
      "CreateRestApi",
      {
        name: "made",
        description: "d",
        minimumCompressionSize: 10,
        binaryMediaTypes: ["image/png"],
        apiKeySource: "HEADER",
        disableExecuteApiEndpoint: true,
        endpointConfiguration: { types: ["REGIONAL"] },
      },
    ],
    look: ["GetRestApi", ({ id }: { id: string }) => ({ restApiId: id })],
    end: ["DeleteRestApi", ({ id }: { id: string }) => ({ restApiId: id })],
    gone: "NotFoundException",
    tagged: ({ id }: { id: string }) => `arn:aws:apigateway:us-east-1::/restapis/${id}`,
  },
  "an API key": {
    service: "apigateway",
    make: ["CreateApiKey", { name: "made", description: "d", enabled: true, value: "", customerId: "c" }],
    look: ["GetApiKey", ({ id }: { id: string }) => ({ apiKey: id })],
    end: ["DeleteApiKey", ({ id }: { id: string }) => ({ apiKey: id })],
    gone: "NotFoundException",
    tagged: ({ id }: { id: string }) => `arn:aws:apigateway:us-east-1::/apikeys/${id}`,
    hidden: ["value"],
  },
  "a usage plan": {
    service: "apigateway",
    make: [
      "CreateUsagePlan",
      {
        name: "made",
        description: "d",
        throttle: { rateLimit: 5, burstLimit: 6 },
        quota: { limit: 9, offset: 1, period: "WEEK" },
      },
    ],
    look: ["GetUsagePlan", ({ id }: { id: string }) => ({ usagePlanId: id })],
    end: ["DeleteUsagePlan", ({ id }: { id: string }) => ({ usagePlanId: id })],
    gone: "NotFoundException",
    tagged: ({ id }: { id: string }) => `arn:aws:apigateway:us-east-1::/usageplans/${id}`,
  },
  "an OIDC provider": {
    service: "iam",
    make: [
      "CreateOpenIDConnectProvider",
      {
        Url: "https://example.com",
        ClientIDList: ["a", "b"],
        ThumbprintList: ["6938fd4d98bab03faadb97b34396831e3780aea1"],
      },
    ],
    look: [
      "GetOpenIDConnectProvider",
      { OpenIDConnectProviderArn: `arn:aws:iam::${account}:oidc-provider/example.com` },
    ],
    end: [
      "DeleteOpenIDConnectProvider",
      { OpenIDConnectProviderArn: `arn:aws:iam::${account}:oidc-provider/example.com` },
    ],
    gone: "NoSuchEntityException",
    tagged: `arn:aws:iam::${account}:oidc-provider/example.com`,
    // Shown without its scheme.
    hidden: ["Url"],
  },
  "a repository": {
    service: "ecr",
    make: [
      "CreateRepository",
      {
        repositoryName: "made",
        imageTagMutability: "IMMUTABLE",
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfiguration: { encryptionType: "AES256" },
      },
    ],
    look: ["DescribeRepositories", { repositoryNames: ["made"] }, "repositories", 0],
    end: ["DeleteRepository", { repositoryName: "made" }],
    gone: "RepositoryNotFoundException",
    tagged: arn("ecr", "repository/made"),
  },
  "a user pool": {
    service: "cognito-idp",
    make: [
      "CreateUserPool",
      {
        PoolName: "made",
        DeletionProtection: "INACTIVE",
        MfaConfiguration: "OFF",
        UsernameAttributes: ["email"],
        AutoVerifiedAttributes: ["email"],
        Policies: { PasswordPolicy: { MinimumLength: 9, RequireNumbers: true } },
        AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
        UserPoolTier: "LITE",
      },
    ],
    look: [
      "DescribeUserPool",
      ({ UserPool }: { UserPool: { Id: string } }) => ({ UserPoolId: UserPool.Id }),
      "UserPool",
    ],
    end: ["DeleteUserPool", ({ UserPool }: { UserPool: { Id: string } }) => ({ UserPoolId: UserPool.Id })],
    gone: "ResourceNotFoundException",
    tagged: ({ UserPool }: { UserPool: { Arn: string } }) => UserPool.Arn,
    // Shown as its name.
    hidden: ["PoolName"],
  },
  "a group of traces": {
    service: "xray",
    make: [
      "CreateGroup",
      {
        GroupName: "made",
        FilterExpression: "responsetime > 5",
        InsightsConfiguration: { InsightsEnabled: true, NotificationsEnabled: false },
      },
    ],
    look: ["GetGroup", { GroupName: "made" }, "Group"],
    end: ["DeleteGroup", { GroupName: "made" }],
    gone: "InvalidRequestException",
    tagged: ({ Group }: { Group: { GroupARN: string } }) => Group.GroupARN,
  },
};
