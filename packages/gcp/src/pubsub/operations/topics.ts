/** Topics and their messages. */
import { type Call, idempotent, pages, read, unsafe, VendorError } from '@im/core';
import { fromPageToken, none, pageTokenPage } from '@im/http';
import { pageQuery } from '../../common/fields.ts';
import { removed } from '../../common/repeat.ts';
import { toPublishRequest } from '../messages.ts';
import type { NewTopic, OutgoingMessage, TopicChanges } from '../model.ts';
import { topicMask, toTopic } from '../settings.ts';
import { wirePublished, wireSubscriptionNames, wireTopic, wireTopics } from '../wire.ts';
import { type Connection, mostItems, notes } from './shared.ts';

export const topicOperations = ({ rest, names }: Connection) => ({
  /**
   * Publishes up to 1,000 messages of 10 MB together: all of them, or none.
   *
   * @returns the id of each, in their order
   */
  publish: unsafe(
    async (topic: string, messages: readonly OutgoingMessage[], call: Call): Promise<readonly string[]> => {
      const json = toPublishRequest(messages);
      const name = await names.topic(topic, call);
      const { messageIds } = await rest.post(name, ':publish', wirePublished, call, { json });
      if (messageIds.length === messages.length) return messageIds;
      throw new VendorError({
        sent: true,
        code: 'internal',
        says: `${name}: ${messageIds.length} ids came back for ${messages.length} messages`,
      });
    },
    notes('topics/publish', 'topics.publish'),
  ),
  /** Makes a topic. `already_exists` where there is one of this name. */
  createTopic: unsafe(
    async (topic: string, settings: NewTopic | undefined, call: Call) => {
      const json = toTopic(settings ?? {});
      return rest.put(await names.topic(topic, call), '', wireTopic, call, { json });
    },
    notes('topics/create', 'topics.create'),
  ),
  /** A topic and its settings. */
  getTopic: read(
    async (topic: string, call: Call) => rest.get(await names.topic(topic, call), '', wireTopic, call),
    notes('topics/get', 'topics.get'),
  ),
  /** Changes settings; what is left out stays, `null` takes it away. */
  updateTopic: idempotent(
    async (topic: string, changes: TopicChanges, call: Call) => {
      const updateMask = topicMask(changes);
      const { labels, retentionSeconds } = changes;
      const settings = toTopic({
        labels: labels ?? undefined,
        retentionSeconds: retentionSeconds ?? undefined,
      });
      const name = await names.topic(topic, call);
      const json = { topic: { name, ...settings }, updateMask };
      return rest.patch(name, '', wireTopic, call, { json });
    },
    notes('topics/patch', 'topics.update'),
  ),
  /** Deletes a topic. Its subscriptions stay, and keep what they have. */
  deleteTopic: idempotent(
    async (topic: string, call: Call): Promise<void> =>
      removed(call, rest.delete(await names.topic(topic, call), '', none, call)),
    notes('topics/delete', 'topics.delete'),
  ),
  /** The topics of the project. */
  listTopics: pages(
    read(
      async (call: Call) => {
        const query = pageQuery(call, mostItems, fromPageToken(call));
        const wire = await rest.get(await names.project(call), '/topics', wireTopics, call, { query });
        return pageTokenPage(wire.topics, wire.nextPageToken);
      },
      notes('topics/list', 'topics.list'),
    ),
  ),
  /** Whole names of the subscriptions of a topic. */
  listTopicSubscriptions: pages(
    read(
      async (topic: string, call: Call) => {
        const query = pageQuery(call, mostItems, fromPageToken(call));
        const name = await names.topic(topic, call);
        const wire = await rest.get(name, '/subscriptions', wireSubscriptionNames, call, { query });
        return pageTokenPage(wire.subscriptions, wire.nextPageToken);
      },
      notes('topics.subscriptions/list', 'topics.attachSubscription'),
    ),
  ),
});
