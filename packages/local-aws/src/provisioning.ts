/** The contract of services as provisioning sees it: there, operations are known only at run time. */

export { defaultKeyPolicy } from "./kit/defaultKeyPolicy.ts";
export type { Asked, OperationName, Output, ServiceName } from "./sdks.ts";
export type { OpenCloud as Cloud } from "./service.ts";
export * from "./service.ts";
