/** How topics, subscriptions and snapshots are named: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
import type { Call } from '@im/core';
import { type NameRule, wholeName } from '../common/resource.ts';

const ruleOf = (what: string, collection: string): NameRule => ({
  what,
  forms: [`projects/*/${collection}/*`],
  id: /^(?!goog)[A-Za-z][A-Za-z0-9._~+%-]{2,254}$/,
  says: '3 to 255 characters that begin with a letter, not with goog, and go on with letters, digits and -._~+%',
});

const topicRule = ruleOf('topic', 'topics');
const subscriptionRule = ruleOf('subscription', 'subscriptions');
const snapshotRule = ruleOf('snapshot', 'snapshots');

/** Completes names within one project. Whole names are taken as they are. */
export interface PubsubNames {
  readonly project: (call: Call) => Promise<string>;
  readonly topic: (topic: string, call: Call) => Promise<string>;
  readonly subscription: (subscription: string, call: Call) => Promise<string>;
  readonly snapshot: (snapshot: string, call: Call) => Promise<string>;
}

/** @param projectId finds the project's id, where a short name needs it */
export function pubsubNames(projectId: (call: Call) => Promise<string>): PubsubNames {
  const project = async (call: Call) => `projects/${await projectId(call)}`;
  const complete = (rule: NameRule) => (name: string, call: Call) =>
    wholeName(rule, name, () => project(call));
  return {
    project,
    topic: complete(topicRule),
    subscription: complete(subscriptionRule),
    snapshot: complete(snapshotRule),
  };
}
