/** The contract of services as provisioning sees it: there, what is called is known only at run time. */
export type { OpenCloud as Cloud } from "./service.ts";
export * from "./service.ts";
