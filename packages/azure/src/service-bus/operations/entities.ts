/** Looking at queues, topics and subscriptions. They are made and changed by other means (templates, the SDK, the portal). */
import { type Call, type Page, pages, read, VendorError } from '@im/core';
import { fromOffset, offsetPage, type Path, text } from '@im/http';
import type { BusConnection } from '../connection.ts';
import {
  type DescriptionKind,
  readEntry,
  readFeed,
  toQueue,
  toSubscription,
  toTopic,
} from '../descriptions.ts';
import { checkEntity, checkSubscription, entityPath } from '../entities.ts';
import type { QueueDescription, SubscriptionDescription, TopicDescription } from '../model.ts';
import { notes } from './shared.ts';

const apiVersion = { 'api-version': '2021-05' };
const mostItems = 100;

export function entityOperations({ send }: BusConnection) {
  const get = async <Description>(
    what: string,
    path: Path,
    kind: DescriptionKind,
    toDescription: (entry: NonNullable<ReturnType<typeof readEntry>>) => Description,
    call: Call,
  ): Promise<Description> => {
    const request = { method: 'GET', path, query: apiVersion, about: what } as const;
    const entry = readEntry((await send(request, text, call)).body, kind);
    if (entry !== undefined) return toDescription(entry);
    throw new VendorError({ sent: true, status: 404, says: `${what} is not there` });
  };
  const list = async <Description>(
    path: Path | string,
    about: string,
    kind: DescriptionKind,
    toDescription: (entry: NonNullable<ReturnType<typeof readEntry>>) => Description,
    call: Call,
  ): Promise<Page<Description>> => {
    const at = fromOffset(call, { pageSize: mostItems, maxPageSize: mostItems });
    const query = { ...apiVersion, $skip: at.offset, $top: at.limit };
    const { body } = await send({ method: 'GET', path, query, about }, text, call);
    return offsetPage(readFeed(body, kind).map(toDescription), at);
  };

  return {
    /** A queue: its settings, and how many messages it has. */
    getQueue: read(
      async (queue: string, call: Call): Promise<QueueDescription> => {
        const path = entityPath(checkEntity('queue', queue));
        return get(`queue ${queue}`, path, 'QueueDescription', toQueue, call);
      },
      notes('overview', 'queues'),
    ),
    /** The queues of the namespace. */
    listQueues: pages(
      read(
        (call: Call) => list('$Resources/queues', 'queues', 'QueueDescription', toQueue, call),
        notes('enumeration', 'queues'),
      ),
    ),
    getTopic: read(
      async (topic: string, call: Call): Promise<TopicDescription> => {
        const path = entityPath(checkEntity('topic', topic));
        return get(`topic ${topic}`, path, 'TopicDescription', toTopic, call);
      },
      notes('overview', 'topics'),
    ),
    /** The topics of the namespace. */
    listTopics: pages(
      read(
        (call: Call) => list('$Resources/topics', 'topics', 'TopicDescription', toTopic, call),
        notes('enumeration', 'topics'),
      ),
    ),
    /** A subscription: its settings, and how many messages it has. */
    getSubscription: read(
      async (topic: string, subscription: string, call: Call): Promise<SubscriptionDescription> => {
        const path = entityPath(
          checkEntity('topic', topic),
          'subscriptions',
          checkSubscription(subscription),
        );
        const what = `subscription ${topic}/${subscription}`;
        return get(what, path, 'SubscriptionDescription', toSubscription, call);
      },
      notes('overview', 'subscriptions'),
    ),
    /** The subscriptions of a topic. */
    listSubscriptions: pages(
      read(
        async (topic: string, call: Call) => {
          const path = entityPath(checkEntity('topic', topic), 'subscriptions');
          return list(path, `subscriptions of ${topic}`, 'SubscriptionDescription', toSubscription, call);
        },
        notes('enumeration', 'subscriptions'),
      ),
    ),
  };
}
