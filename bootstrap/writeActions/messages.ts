import { each, passed, type Reasons, tagged } from "./reasons.ts";

/** Of queues, topics, events, schedules and workflows. */
export const messages: Readonly<Record<string, Reasons>> = {
  "aws:cloudwatch/eventRule:EventRule": each("events", {
    PutRule: "makes and changes it",
    DeleteRule: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:cloudwatch/eventTarget:EventTarget": {
    ...each("events", { PutTargets: "makes and changes it", RemoveTargets: "deletes it" }),
    "iam:PassRole": passed,
  },
  "aws:scheduler/schedule:Schedule": {
    ...each("scheduler", { CreateSchedule: "makes it", UpdateSchedule: "changes it", DeleteSchedule: "deletes it" }),
    "iam:PassRole": passed,
  },
  "aws:scheduler/scheduleGroup:ScheduleGroup": each("scheduler", {
    CreateScheduleGroup: "makes it",
    DeleteScheduleGroup: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:sfn/stateMachine:StateMachine": {
    ...each("states", {
      CreateStateMachine: "makes it",
      UpdateStateMachine: "changes its definition",
      PublishStateMachineVersion: "keeps a version of it",
      DeleteStateMachine: "deletes it",
      TagResource: tagged,
      UntagResource: "changes its tags",
    }),
    "iam:PassRole": passed,
  },
  "aws:sns/topic:Topic": each("sns", {
    CreateTopic: "makes it",
    SetTopicAttributes: "changes it",
    DeleteTopic: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:sns/topicPolicy:TopicPolicy": each("sns", { SetTopicAttributes: "sets who may publish" }),
  "aws:sns/topicSubscription:TopicSubscription": each("sns", {
    Subscribe: "makes it",
    SetSubscriptionAttributes: "changes its filter",
    Unsubscribe: "deletes it",
  }),
  "aws:sqs/queue:Queue": each("sqs", {
    CreateQueue: "makes it",
    SetQueueAttributes: "changes it",
    DeleteQueue: "deletes it",
    TagQueue: tagged,
    UntagQueue: "changes its tags",
  }),
  "aws:sqs/queuePolicy:QueuePolicy": each("sqs", { SetQueueAttributes: "sets who may send" }),
};
