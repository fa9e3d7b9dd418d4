import * as z from "zod/mini";
import { field, strict } from "../lib/fields.ts";
import { type Item, publicFields } from "../lib/itemTable.ts";
import { settings } from "./settings.ts";

/** What users say of a notebook, and may say again while it is stopped. */
export interface NotebookSpec {
  InstanceType: string;
  /** GB. */
  VolumeSize: number;
  RootAccess: boolean;
  IdleMinutes: number;
  /** Whether its kernels run on the Spark application. */
  ClusterBacked: boolean;
  /** Cloned as the notebook starts. */
  Repository?: string | undefined;
  /** Installed by pip as the notebook starts. */
  Requirements?: string[] | undefined;
  /** Shell commands, run as the notebook starts. */
  Lifecycle?: string | undefined;
}

export interface Notebook extends NotebookSpec {
  /** Its name, in lower case: what routes and the instance's name have of it. */
  NotebookId: string;
  Name: string;
  DirectInternetAccess: boolean;
  /** When it was made: ISO 8601, UTC. */
  Timestamp: string;
  Nb_status: string;
  FailureReason?: string;
  /** When somebody has asked for its end. */
  DeleteRequested?: string;
  /** When it last began to run, as far as events tell. */
  Started?: string;
  /** When it is going to be stopped as idle, unless it is used before. */
  StopsAt?: string;
  /** When the instance last changed, by SageMaker: older news is no news. */
  Modified?: string;
  Revision?: string;
}

/** Characters of a name: SageMaker takes 63 for the instance's, of which the stack's prefix is 30 at most. */
const LONGEST_NAME = 32;
const LONGEST_LIFECYCLE = 4_096;

const name = field.text(
  /^[A-Za-z0-9](-*[A-Za-z0-9])*$/,
  LONGEST_NAME,
  `1 to ${LONGEST_NAME} letters, digits and hyphens, with no hyphen at its ends`,
);

const requirement =
  /^[A-Za-z0-9][\w.-]*(\[[\w.,-]+\])?((==|>=|<=|~=|!=|<|>)[\w.*+!-]+(,(==|>=|<=|~=|!=|<|>)[\w.*+!-]+)*)?$/;

/** Fields that may change, as the stack's settings let them. */
function changeable() {
  const { instanceTypes, maximumVolumeSize, rootAccess, cluster } = settings.notebooks;
  return {
    InstanceType: field.oneOf(instanceTypes),
    VolumeSize: field.integer(5, maximumVolumeSize),
    RootAccess: field.flag(rootAccess, "false: the stack's configuration gives no root access"),
    IdleMinutes: field.integer(30, 10_080),
    ClusterBacked: field.flag(cluster !== undefined, "false: this stack has no Spark application"),
    Repository: field.text(
      /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?(\/[\w.~-]+)+$/,
      512,
      "the https URL of a repository, without a user in it",
    ),
    Requirements: field.texts(
      (one) => one.length <= 200 && requirement.test(one),
      50,
      'at most 50 requirements of pip, such as "pandas==2.2.3"',
    ),
    Lifecycle: field.text(/^[^\0]*$/, LONGEST_LIFECYCLE, `shell commands of at most ${LONGEST_LIFECYCLE} characters`),
  };
}

/** What `POST` takes. */
export function creation() {
  const { instanceTypes, idleMinutes, rootAccess, directInternet } = settings.notebooks;
  const { InstanceType, VolumeSize, RootAccess, IdleMinutes, ClusterBacked, ...rest } = changeable();
  return strict({
    Name: name,
    InstanceType: z._default(InstanceType, instanceTypes[0]!),
    VolumeSize: z._default(VolumeSize, 5),
    RootAccess: z._default(RootAccess, rootAccess),
    DirectInternetAccess: z._default(
      field.flag(directInternet, "false: the stack's configuration gives no direct way to the internet"),
      directInternet,
    ),
    IdleMinutes: z._default(IdleMinutes, idleMinutes),
    ClusterBacked: z._default(ClusterBacked, false),
    Repository: z.optional(rest.Repository),
    Requirements: z.optional(rest.Requirements),
    Lifecycle: z.optional(rest.Lifecycle),
  });
}

/** What `PATCH` takes: null takes away what may be left out. */
export function change() {
  const { Repository, Requirements, Lifecycle, ...rest } = changeable();
  return strict({
    ...Object.fromEntries(Object.entries(rest).map(([key, type]) => [key, z.optional(type)])),
    Repository: z.nullish(Repository),
    Requirements: z.nullish(Requirements),
    Lifecycle: z.nullish(Lifecycle),
  });
}

/** Fields that are nobody's business but the table's. */
const internal = new Set(["Listed", "TimeKey", "Modified", "Started", "Revision"]);

/** What callers see. */
export const publicNotebook = (item: Item): Item => publicFields(item, internal);

/** The list that all notebooks are in: they are few, and made one at a time. */
export const LIST = "notebooks";
