/** Activities: tasks that workers elsewhere ask for. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html */
import type * as sfn from "@aws-sdk/client-sfn";
import { tagMap } from "../../kit/tags.ts";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { Wakes } from "../../wakes.ts";
import { pageOf } from "./records.ts";

interface Activity {
  arn: string;
  name: string;
  /** Milliseconds since 1970. */
  created: number;
  tags: Record<string, string>;
  encryptionConfiguration?: sfn.EncryptionConfiguration;
}

/** A task that waits for a worker. */
interface Offer {
  token: string;
  input: string;
  taken(worker: string | undefined): void;
}

/** How long a worker waits for a task, in milliseconds. */
const polling = 60_000;

export class Activities {
  readonly records: Collection<Activity>;
  readonly #offers = new Map<string, Set<Offer>>();
  readonly #wakes = new Wakes();
  readonly #closing = new AbortController();

  constructor({ store }: Pick<Cloud, "store">) {
    this.records = store.collection("states.activities");
  }

  /** @returns takes it back, where no worker has it. */
  offer(arn: string, offer: Offer): () => void {
    const offers = this.#offers.get(arn) ?? new Set();
    this.#offers.set(arn, offers.add(offer));
    this.#wakes.ring(arn);
    return () => void offers.delete(offer);
  }

  /** The next task for a worker, or none within a minute. */
  async take(arn: string, worker: string | undefined, asked: AbortSignal | undefined): Promise<Offer | undefined> {
    const until = Date.now() + polling;
    const closing = this.#closing.signal;
    const signal = asked ? AbortSignal.any([asked, closing]) : closing;
    for (;;) {
      const offers = this.#offers.get(arn);
      const [offer] = offers ?? [];
      if (offer) {
        offers!.delete(offer);
        offer.taken(worker);
        return offer;
      }
      const left = until - Date.now();
      if (left <= 0 || signal.aborted) return undefined;
      await this.#woken(arn, left, signal);
    }
  }

  #woken(arn: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const off = this.#wakes.on(arn, wake);
    const timer = setTimeout(wake, milliseconds);
    signal.addEventListener("abort", wake, { once: true });
    return promise.finally(() => {
      clearTimeout(timer);
      off();
      signal.removeEventListener("abort", wake);
    });
  }

  /** Nobody waits any more. */
  close(): void {
    this.#closing.abort();
  }
}

const names = /^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u;

export function activityOperations(cloud: Cloud, activities: Activities): Operations<"states"> {
  const { records } = activities;
  const arnOf = (name = "") => `arn:aws:states:${cloud.region}:${cloud.accountId}:activity:${name}`;
  const on = (action: string, arn = ""): Access[] => [{ action: `states:${action}`, resource: arn }];
  const checked = (arn = "") => {
    if (!/^arn:[\w-]+:states:[\w-]+:\d{12}:activity:.+$/.test(arn))
      throw new AwsError("InvalidArn", `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
    return arn;
  };
  const found = (arn = ""): Activity => {
    const activity = records.get(checked(arn));
    if (!activity) throw new AwsError("ActivityDoesNotExist", `Activity Does Not Exist: '${arn}'`);
    return activity;
  };

  return {
    CreateActivity: {
      access: ({ name }: sfn.CreateActivityInput) => on("CreateActivity", arnOf(name)),
      run({ name = "", tags, encryptionConfiguration }: sfn.CreateActivityInput) {
        if (!names.test(name)) throw new AwsError("InvalidName", `Invalid Name: '${name}'`);
        const known = records.get(arnOf(name));
        const activity: Activity = known ?? {
          arn: arnOf(name),
          name,
          created: Date.now(),
          tags: tagMap(tags),
          ...(encryptionConfiguration && { encryptionConfiguration }),
        };
        if (!known) records.put(activity.arn, activity);
        return { activityArn: activity.arn, creationDate: new Date(activity.created) };
      },
    },
    DescribeActivity: {
      access: ({ activityArn }: sfn.DescribeActivityInput) => on("DescribeActivity", activityArn),
      run({ activityArn }: sfn.DescribeActivityInput) {
        const { arn, name, created, encryptionConfiguration = { type: "AWS_OWNED_KEY" } } = found(activityArn);
        return { activityArn: arn, name, creationDate: new Date(created), encryptionConfiguration };
      },
    },
    ListActivities: {
      access: () => on("ListActivities", "*"),
      run(input: sfn.ListActivitiesInput) {
        const { items, paging } = pageOf(records.values(), input, ({ arn }) => arn);
        const shown = items.map(({ arn, name, created }) => ({
          activityArn: arn,
          name,
          creationDate: new Date(created),
        }));
        return { activities: shown, ...paging };
      },
    },
    DeleteActivity: {
      access: ({ activityArn }: sfn.DeleteActivityInput) => on("DeleteActivity", activityArn),
      run({ activityArn }: sfn.DeleteActivityInput) {
        records.delete(checked(activityArn));
        return {};
      },
    },
    GetActivityTask: {
      access: ({ activityArn }: sfn.GetActivityTaskInput) => on("GetActivityTask", activityArn),
      async run({ activityArn, workerName }: sfn.GetActivityTaskInput, { signal }) {
        const offer = await activities.take(found(activityArn).arn, workerName, signal);
        return offer ? { taskToken: offer.token, input: offer.input } : {};
      },
    },
  };
}
