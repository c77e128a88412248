/**
 * Descriptions of entities, as Atom: an `<entry>` with the vendor's own XML as its content, a `<feed>` of entries for a list. What is not
 * there is answered with a feed of what lies below its name, mostly nothing, and status 200.
 *
 * @see {@link https://learn.microsoft.com/rest/api/servicebus/overview | Service Bus: Entities}
 */
import { VendorError } from '@im/core';
import { readXml, type XmlElement } from '../common/xml.ts';
import type { EntitySettings, QueueDescription, SubscriptionDescription, TopicDescription } from './model.ts';

/** Kinds of entities, by the element that describes them. */
export type DescriptionKind = 'QueueDescription' | 'TopicDescription' | 'SubscriptionDescription';

/** One entity: its name, and what describes it. */
interface Entry {
  readonly name: string;
  readonly description: XmlElement;
}

/** @returns `undefined` where the answer is a feed: there is no such entity */
export function readEntry(text: string, kind: DescriptionKind): Entry | undefined {
  if (/<feed[\s>]/.test(text.slice(0, 1_000))) return undefined;
  return toEntry(readXml(text, 'entry'), kind);
}

export function readFeed(text: string, kind: DescriptionKind): Entry[] {
  return readXml(text, 'feed')
    .all('entry')
    .map((entry) => toEntry(entry, kind));
}

function toEntry(entry: XmlElement, kind: DescriptionKind): Entry {
  const name = entry.textOf('title');
  const description = entry.first('content')?.first(kind);
  if (name !== undefined && description !== undefined) return { name, description };
  throw new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_body',
    says: `the answer is no entry with a ${kind}`,
  });
}

export function toQueue({ name, description }: Entry): QueueDescription {
  return {
    ...toSettings({ name, description }),
    maxSizeMegabytes: numberOf(description, 'MaxSizeInMegabytes'),
    sizeBytes: numberOf(description, 'SizeInBytes'),
    ...duplicates(description),
  };
}

export function toSubscription(entry: Entry): SubscriptionDescription {
  return toSettings(entry);
}

export function toTopic({ name, description }: Entry): TopicDescription {
  return {
    name,
    status: description.textOf('Status') ?? 'Unknown',
    maxSizeMegabytes: numberOf(description, 'MaxSizeInMegabytes'),
    sizeBytes: numberOf(description, 'SizeInBytes'),
    subscriptionCount: numberOf(description, 'SubscriptionCount'),
    timeToLiveSeconds: lifeOf(description),
    ...duplicates(description),
  };
}

function toSettings({ name, description }: Entry): EntitySettings {
  const counts = description.first('CountDetails');
  return {
    name,
    status: description.textOf('Status') ?? 'Unknown',
    lockSeconds: toSeconds(description.textOf('LockDuration')),
    maxDeliveryCount: numberOf(description, 'MaxDeliveryCount'),
    requiresSession: isSet(description, 'RequiresSession'),
    deadLettersExpired: isSet(description, 'DeadLetteringOnMessageExpiration'),
    timeToLiveSeconds: lifeOf(description),
    counts: {
      active: countOf(counts, 'ActiveMessageCount'),
      deadLettered: countOf(counts, 'DeadLetterMessageCount'),
      scheduled: countOf(counts, 'ScheduledMessageCount'),
    },
  };
}

function duplicates(description: XmlElement) {
  return {
    requiresDuplicateDetection: isSet(description, 'RequiresDuplicateDetection'),
    duplicateDetectionSeconds: toSeconds(description.textOf('DuplicateDetectionHistoryTimeWindow')),
  };
}

function isSet(element: XmlElement, name: string): boolean {
  return element.textOf(name)?.toLowerCase() === 'true';
}

function numberOf(element: XmlElement, name: string): number | undefined {
  const text = element.textOf(name);
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

/** Counts have a prefix of their own namespace, which is not always the same. */
function countOf(counts: XmlElement | undefined, name: string): number {
  const found = counts?.names.find((one) => one === name || one.endsWith(`:${name}`));
  return (counts && found !== undefined && numberOf(counts, found)) || 0;
}

/** The greatest time span of the vendor means for good. */
function lifeOf(description: XmlElement): number | undefined {
  const seconds = toSeconds(description.textOf('DefaultMessageTimeToLive'));
  return seconds !== undefined && seconds < 922_337_203_685 ? seconds : undefined;
}

/** `P1DT2H3M4.5S` in seconds. */
export function toSeconds(duration: string | undefined): number | undefined {
  const [whole, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(duration ?? '') ?? [];
  if (whole === undefined) return undefined;
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}
