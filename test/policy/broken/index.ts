/** Resources that break the policy pack's rules, each named after the one that it is there to break. Never deployed. */
import "./access.ts";
import "./apis.ts";
import "./data.ts";
import "./functions.ts";
import "./workloads.ts";
