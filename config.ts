import { Config } from "@pulumi/pulumi";

/** The stack's configuration, typed; what each key means is in Pulumi.yaml. */
const config = new Config();

export const appVersion = config.require("appVersion");
