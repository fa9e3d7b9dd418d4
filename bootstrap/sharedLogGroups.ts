import { LogGroup } from "@pulumi/aws/cloudwatch";

/** Groups that AWS's services make for the whole account, and would keep for ever. */
const names = {
  /** API Gateway tries the account's role by it. */
  "apigateway-welcome": "/aws/apigateway/welcome",
  /** All training jobs of the region, whoever starts them. */
  "sagemaker-training": "/aws/sagemaker/TrainingJobs",
};

/** Log groups that no stack can own, with an end to what they keep. Protected, as they hold what others wrote, too. */
export const createSharedLogGroups = (): LogGroup[] =>
  Object.entries(names).map(
    ([name, group]) => new LogGroup(name, { name: group, retentionInDays: 30 }, { protect: true }),
  );
