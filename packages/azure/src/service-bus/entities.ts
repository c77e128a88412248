/** How queues, topics and subscriptions are named, and where they lie. */
import { VendorError } from '@im/core';
import { Path } from '@im/http';

/** An argument that the service would refuse, refused before anything is sent. */
export function invalid(says: string): VendorError {
  return new VendorError({ code: 'invalid_argument', says, sent: false });
}

/** @see {@link https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas | Service Bus: Quotas} */
const entityPattern = /^(?=.{1,260}$)[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)*$/;
const subscriptionPattern = /^(?=.{1,50}$)[A-Za-z0-9][\w.-]*$/;

const subscriptions = '/subscriptions/';
const deadLetterQueue = '$DeadLetterQueue';

/** The path of a subscription, to receive from: `orders/subscriptions/billing`. @throws `VendorError` `invalid_argument` */
export function subscriptionPath(topic: string, subscription: string): string {
  return `${checkEntity('topic', topic)}${subscriptions}${checkSubscription(subscription)}`;
}

/** The path of an entity's dead letters, to receive from: `orders/$DeadLetterQueue`. */
export function deadLetterPath(source: string): string {
  return `${source}/${deadLetterQueue}`;
}

/** @throws `VendorError` `invalid_argument` */
export function checkEntity(what: 'queue' | 'topic' | 'queue or topic', name: string): string {
  const isPlain = entityPattern.test(name) && !name.toLowerCase().includes(subscriptions);
  if (isPlain && !name.split('/').some(isDots)) return name;
  throw invalid(
    `${JSON.stringify(name)} is no name of a ${what}: give letters, digits, ".", "-", "_", and "/" between`,
  );
}

/** @throws `VendorError` `invalid_argument` */
export function checkSubscription(name: string): string {
  if (subscriptionPattern.test(name)) return name;
  throw invalid(
    `${JSON.stringify(name)} is no name of a subscription: give up to 50 letters, digits, ".", "-", "_"`,
  );
}

/** What can be received from: a queue, a subscription, or the dead letters of either. @throws `VendorError` `invalid_argument` */
export function checkSource(source: string): string {
  const [, inside = ''] = /^(.*?)(?:\/\$deadletterqueue)?$/i.exec(source) ?? [];
  const at = inside.toLowerCase().indexOf(subscriptions);
  if (at < 0) checkEntity('queue', inside);
  else {
    checkEntity('topic', inside.slice(0, at));
    checkSubscription(inside.slice(at + subscriptions.length));
  }
  return source;
}

const isDots = (part: string) => part === '.' || part === '..';

/** A path below a checked entity. `$` stays as it is, as the vendor writes it. */
export function entityPath(entity: string, ...rest: readonly string[]): Path {
  const parts = [...entity.split('/'), ...rest];
  return new Path(parts.map((part) => encodeURIComponent(part).replaceAll('%24', '$')).join('/'));
}

/**
 * The queue or topic that a path lies in.
 *
 * @throws `VendorError` `invalid_argument` where the credential is for another one
 */
export function checkAllowed(path: string, only: string | undefined): void {
  if (only === undefined) return;
  const [, entity = path] = /^(.*?)(?:\/subscriptions\/.*|\/\$deadletterqueue)?$/i.exec(path) ?? [];
  if (entity.toLowerCase() === only.toLowerCase()) return;
  throw invalid(
    `${JSON.stringify(entity)} is not the entity of the connection string, ${JSON.stringify(only)}`,
  );
}
