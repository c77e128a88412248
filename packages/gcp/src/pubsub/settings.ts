/** Settings of topics and subscriptions, checked and in the vendor's spelling. */
import { checkRange, fromSeconds } from '../common/fields.ts';
import { invalid } from '../common/resource.ts';
import type {
  NewSubscription,
  NewTopic,
  PushTarget,
  SubscriptionChanges,
  SubscriptionSettings,
  TopicChanges,
} from './model.ts';

const day = 86_400;
/** 31 days. */
const longestRetention = 31 * day;
const shortestRetention = 600;

/** @throws `VendorError` `invalid_argument` */
export function toTopic({ labels, retentionSeconds, kmsKeyName }: NewTopic): object {
  return { labels, messageRetentionDuration: retention(retentionSeconds), kmsKeyName };
}

/** Settings of a subscription once the topic of its dead letters has its whole name. */
export type ResolvedSettings = Omit<SubscriptionSettings, 'deadLetter'> & {
  readonly deadLetter?: { readonly topic: string; readonly maxAttempts?: number | undefined } | undefined;
};

/**
 * A subscription without its topic.
 *
 * @see {@link https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions#Subscription | Pub/Sub: Subscription}
 * @throws `VendorError` `invalid_argument`
 */
export function toSubscription(
  settings: ResolvedSettings & Pick<NewSubscription, 'ordered' | 'filter'>,
): object {
  const { ackDeadlineSeconds, expiresAfterSeconds, deadLetter, redelivery, push } = settings;
  if (ackDeadlineSeconds !== undefined) checkRange('ackDeadlineSeconds', ackDeadlineSeconds, 10, 600);
  return {
    ackDeadlineSeconds,
    retainAckedMessages: settings.retainAcked,
    messageRetentionDuration: retention(settings.retentionSeconds),
    enableExactlyOnceDelivery: settings.exactlyOnce,
    enableMessageOrdering: settings.ordered,
    filter: settings.filter,
    labels: settings.labels,
    expirationPolicy: expiresAfterSeconds === undefined ? undefined : toExpiry(expiresAfterSeconds),
    deadLetterPolicy: deadLetter && {
      deadLetterTopic: deadLetter.topic,
      maxDeliveryAttempts: checkRange('deadLetter.maxAttempts', deadLetter.maxAttempts ?? 5, 5, 100),
    },
    retryPolicy: redelivery && {
      minimumBackoff: fromSeconds(backoff('minSeconds', redelivery.minSeconds)),
      maximumBackoff: fromSeconds(backoff('maxSeconds', redelivery.maxSeconds)),
    },
    pushConfig: push && toPushConfig(push),
  };
}

/** @throws `VendorError` `invalid_argument` for an endpoint that is no https address */
export function toPushConfig({ endpoint, oidc }: PushTarget): object {
  if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:')
    throw invalid(`push.endpoint is ${JSON.stringify(endpoint)}; give an https address`);
  return { pushEndpoint: endpoint, oidcToken: oidc };
}

/** Field of ours → field of the vendor's mask. */
const topicFields = {
  labels: 'labels',
  retentionSeconds: 'messageRetentionDuration',
} as const satisfies Record<keyof TopicChanges, string>;

/** Field of ours → field of the vendor's mask. */
const subscriptionFields = {
  ackDeadlineSeconds: 'ackDeadlineSeconds',
  retainAcked: 'retainAckedMessages',
  retentionSeconds: 'messageRetentionDuration',
  exactlyOnce: 'enableExactlyOnceDelivery',
  labels: 'labels',
  expiresAfterSeconds: 'expirationPolicy',
  deadLetter: 'deadLetterPolicy',
  redelivery: 'retryPolicy',
  push: 'pushConfig',
} as const satisfies Record<keyof SubscriptionChanges, string>;

/** The mask of `topics.patch`. @throws `VendorError` `invalid_argument` where nothing is changed */
export const topicMask = (changes: TopicChanges): string => maskOf(topicFields, changes);

/** The mask of `subscriptions.patch`. @throws `VendorError` `invalid_argument` where nothing is changed */
export const subscriptionMask = (changes: SubscriptionChanges): string => maskOf(subscriptionFields, changes);

function maskOf<Name extends string>(
  fields: Readonly<Record<Name, string>>,
  changes: Readonly<Partial<Record<Name, unknown>>>,
): string {
  const names = (Object.keys(fields) as Name[]).filter((name) => changes[name] !== undefined);
  if (names.length === 0) throw invalid(`nothing to change; give one of ${Object.keys(fields).join(', ')}`);
  return names.map((name) => fields[name]).join(',');
}

function retention(seconds: number | undefined): string | undefined {
  if (seconds === undefined) return undefined;
  return fromSeconds(checkRange('retentionSeconds', seconds, shortestRetention, longestRetention));
}

function toExpiry(seconds: number | 'never'): object {
  if (seconds === 'never') return {};
  return { ttl: fromSeconds(checkRange('expiresAfterSeconds', seconds, day, 10_000 * day)) };
}

function backoff(what: string, seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : checkRange(`redelivery.${what}`, seconds, 0, 600);
}
