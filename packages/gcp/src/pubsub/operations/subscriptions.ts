/** Subscriptions and snapshots. */
import { type Call, idempotent, pages, read, unsafe } from '@im/core';
import { fromPageToken, none, pageTokenPage } from '@im/http';
import { pageQuery } from '../../common/fields.ts';
import { removed } from '../../common/repeat.ts';
import { invalid } from '../../common/resource.ts';
import type { DeadLetter, NewSubscription, PushTarget, SeekTarget, SubscriptionChanges } from '../model.ts';
import { subscriptionMask, toPushConfig, toSubscription } from '../settings.ts';
import { wireSnapshot, wireSnapshots, wireSubscription, wireSubscriptions } from '../wire.ts';
import { type Connection, mostItems, notes } from './shared.ts';

export function subscriptionOperations({ rest, names }: Connection) {
  const resolved = async (deadLetter: DeadLetter | null | undefined, call: Call) =>
    deadLetter == null ? undefined : { ...deadLetter, topic: await names.topic(deadLetter.topic, call) };

  return {
    /** Makes a subscription, which gets what is published from then on. */
    createSubscription: unsafe(
      async (subscription: string, topic: string, settings: NewSubscription | undefined, call: Call) => {
        const deadLetter = await resolved(settings?.deadLetter, call);
        const wire = toSubscription({ ...settings, deadLetter });
        const name = await names.subscription(subscription, call);
        const json = { topic: await names.topic(topic, call), ...wire };
        return rest.put(name, '', wireSubscription, call, { json });
      },
      notes('subscriptions/create', 'subscriptions.create', 'topics.attachSubscription'),
    ),
    /** A subscription and its settings. */
    getSubscription: read(
      async (subscription: string, call: Call) =>
        rest.get(await names.subscription(subscription, call), '', wireSubscription, call),
      notes('subscriptions/get', 'subscriptions.get'),
    ),
    /** Changes settings; what is left out stays, `null` takes it away. */
    updateSubscription: idempotent(
      async (subscription: string, changes: SubscriptionChanges, call: Call) => {
        const updateMask = subscriptionMask(changes);
        const given = Object.entries(changes).filter(([, value]) => value !== null);
        const deadLetter = await resolved(changes.deadLetter, call);
        const wire = toSubscription({ ...Object.fromEntries(given), deadLetter });
        const name = await names.subscription(subscription, call);
        const json = { subscription: { name, ...wire }, updateMask };
        return rest.patch(name, '', wireSubscription, call, { json });
      },
      notes('subscriptions/patch', 'subscriptions.update'),
    ),
    /** Deletes a subscription and all that it has not delivered. */
    deleteSubscription: idempotent(
      async (subscription: string, call: Call): Promise<void> =>
        removed(call, rest.delete(await names.subscription(subscription, call), '', none, call)),
      notes('subscriptions/delete', 'subscriptions.delete'),
    ),
    /** The subscriptions of the project. */
    listSubscriptions: pages(
      read(
        async (call: Call) => {
          const query = pageQuery(call, mostItems, fromPageToken(call));
          const parent = await names.project(call);
          const wire = await rest.get(parent, '/subscriptions', wireSubscriptions, call, { query });
          return pageTokenPage(wire.subscriptions, wire.nextPageToken);
        },
        notes('subscriptions/list', 'subscriptions.list'),
      ),
    ),
    /** Where messages are pushed from now on; `null` has them pulled. */
    modifyPushConfig: idempotent(
      async (subscription: string, push: PushTarget | null, call: Call): Promise<void> => {
        const json = { pushConfig: push === null ? {} : toPushConfig(push) };
        const name = await names.subscription(subscription, call);
        await rest.post(name, ':modifyPushConfig', none, call, { json });
      },
      notes('subscriptions/modifyPushConfig', 'subscriptions.update'),
    ),
    /** Marks what was published before as acknowledged and what came after as not, as far as it is kept. */
    seek: idempotent(
      async (subscription: string, to: SeekTarget, call: Call): Promise<void> => {
        const json =
          'time' in to ? { time: timeOf(to.time) } : { snapshot: await names.snapshot(to.snapshot, call) };
        const name = await names.subscription(subscription, call);
        await rest.post(name, ':seek', none, call, { json });
      },
      notes('subscriptions/seek', 'subscriptions.consume'),
    ),
    /** Cuts a subscription off from its topic, for good; what it had not delivered is lost. */
    detachSubscription: idempotent(
      async (subscription: string, call: Call): Promise<void> => {
        const name = await names.subscription(subscription, call);
        await rest.post(name, ':detach', none, call);
      },
      notes('subscriptions/detach', 'topics.detachSubscription'),
    ),
    /** Writes down what a subscription has not acknowledged yet, for a later `seek`. Kept for 7 days at most. */
    createSnapshot: unsafe(
      async (snapshot: string, subscription: string, call: Call) => {
        const name = await names.snapshot(snapshot, call);
        const json = { subscription: await names.subscription(subscription, call) };
        return rest.put(name, '', wireSnapshot, call, { json });
      },
      notes('snapshots/create', 'snapshots.create', 'subscriptions.consume'),
    ),
    /** A snapshot. */
    getSnapshot: read(
      async (snapshot: string, call: Call) =>
        rest.get(await names.snapshot(snapshot, call), '', wireSnapshot, call),
      notes('snapshots/get', 'snapshots.get'),
    ),
    deleteSnapshot: idempotent(
      async (snapshot: string, call: Call): Promise<void> =>
        removed(call, rest.delete(await names.snapshot(snapshot, call), '', none, call)),
      notes('snapshots/delete', 'snapshots.delete'),
    ),
    /** The snapshots of the project. */
    listSnapshots: pages(
      read(
        async (call: Call) => {
          const query = pageQuery(call, mostItems, fromPageToken(call));
          const parent = await names.project(call);
          const wire = await rest.get(parent, '/snapshots', wireSnapshots, call, { query });
          return pageTokenPage(wire.snapshots, wire.nextPageToken);
        },
        notes('snapshots/list', 'snapshots.list'),
      ),
    ),
  };
}

function timeOf(time: string | Date): string {
  const at = typeof time === 'string' ? Date.parse(time) : time.getTime();
  if (Number.isNaN(at)) throw invalid(`time is ${JSON.stringify(time)}; give a time by RFC 3339, or a Date`);
  return typeof time === 'string' ? time : time.toISOString();
}
