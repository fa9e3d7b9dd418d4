/** The contract of services as provisioning sees it: there, operations are known only at run time. */
export type { OpenCloud as Cloud } from "./service.ts";
export * from "./service.ts";
