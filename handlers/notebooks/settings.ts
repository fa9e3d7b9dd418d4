import { required, requiredJson } from "../lib/environment.ts";

/** What notebooks are made with, and what their users may choose. */
export interface NotebookSettings {
  instanceTypes: string[];
  /** GB. */
  maximumVolumeSize: number;
  /** Minutes without activity after which a notebook is stopped that says nothing of it. */
  idleMinutes: number;
  rootAccess: boolean;
  directInternet: boolean;
  /** Subnets and security group of notebooks; none outside a network. */
  network?: { subnetIds: string[]; securityGroupIds: string[] };
  /** ARN of the key for volumes; SageMaker's own without it. */
  keyArn?: string;
  /** What cluster-backed notebooks speak to; none without it. */
  cluster?: { livyUrl: string; executionRoleArn: string };
  tags: Record<string, string>;
}

/** What the component tells its functions by environment variables. */
export const settings = {
  /** The table of notebooks: its name. */
  get table(): string {
    return required("NOTEBOOKS_TABLE");
  },
  /** What the names of instances begin with; the notebook's own follows. */
  get prefix(): string {
    return `${required("NAME_PREFIX")}-`;
  },
  /** What notebooks act as. */
  get roleArn(): string {
    return required("NOTEBOOK_ROLE_ARN");
  },
  /** `NOTEBOOKS`, as JSON. */
  get notebooks(): NotebookSettings {
    return requiredJson("NOTEBOOKS");
  },
};
