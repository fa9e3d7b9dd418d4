/** What keeps data that nobody can make again. */
import type { Change } from "./stacks.ts";

const keepers = new Set([
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cognito/userPool:UserPool",
  "aws:dynamodb/table:Table",
  "aws:ecr/repository:Repository",
  "aws:kms/key:Key",
  "aws:s3/bucket:Bucket",
  "aws:s3/object:Object",
  "aws:sagemaker/notebookInstance:NotebookInstance",
  "aws:secretsmanager/secret:Secret",
  "aws:sqs/queue:Queue",
  "aws:ssm/parameter:Parameter",
]);

/** Whether a change takes data with it: what is replaced is made anew, empty. */
export const losesData = ({ operation, resource }: Change): boolean =>
  (operation === "delete" || operation === "replace") && keepers.has(resource.type);
