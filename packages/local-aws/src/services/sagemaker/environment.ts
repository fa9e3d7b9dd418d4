import type { RoleSession } from "../../service.ts";

/** Variables of every SageMaker container. @param root folder that stands for `/opt/ml` */
export const containerEnvironment = (root: string, { credentials }: RoleSession): Record<string, string> => ({
  SM_ROOT: root,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_SESSION_TOKEN: credentials.sessionToken,
});
