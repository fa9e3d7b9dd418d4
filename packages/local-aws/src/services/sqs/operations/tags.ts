/** Tags of queues. */
import { withoutTags } from "../../../kit/tags.ts";
import type { Handlers } from "../handlers.ts";

export const tagOperations: Pick<Handlers, "TagQueue" | "UntagQueue" | "ListQueueTags"> = {
  TagQueue(engine, { QueueUrl, Tags }) {
    const queue = engine.at(QueueUrl);
    engine.queues.put({ ...queue, tags: { ...queue.tags, ...Tags } });
    return {};
  },
  UntagQueue(engine, { QueueUrl, TagKeys }) {
    const queue = engine.at(QueueUrl);
    engine.queues.put({ ...queue, tags: withoutTags(queue.tags, TagKeys) });
    return {};
  },
  ListQueueTags(engine, { QueueUrl }) {
    const { tags } = engine.at(QueueUrl);
    return Object.keys(tags).length > 0 ? { Tags: tags } : {};
  },
};
