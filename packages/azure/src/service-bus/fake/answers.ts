/** Answers of the fake: errors, and descriptions as Atom. */

import type { FakeResponse } from '@im/testing';
import { xmlElement } from '../../common/fake/storage-answers.ts';
import { escapeXml } from '../../common/xml.ts';
import type { FakeQueue, FakeQueueSettings } from './broker.ts';
import type { FakeTopic } from './world.ts';

/** An error as the service writes it. */
export function busError(status: number, detail: string): FakeResponse {
  const ids =
    'TrackingId:6d3f1b8e-0000-4000-8000-000000000000_G0, SystemTracker:fake, Timestamp:2030-01-01T00:00:00';
  return {
    status,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: `<Error><Code>${status}</Code><Detail>${escapeXml(`${detail}. ${ids}`)}</Detail></Error>`,
  };
}

export const notFound = () => busError(404, '40400: Endpoint not found');

const connectSpace = 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect';
const countSpace = 'http://schemas.microsoft.com/netservices/2011/06/servicebus';
const atomSpace = 'http://www.w3.org/2005/Atom';

/** A description with the name of its entity. */
export interface Described {
  readonly name: string;
  readonly xml: string;
}

export function entryAnswer(entry: Described): FakeResponse {
  return atom(entryXml(entry, ` xmlns="${atomSpace}"`));
}

/** Also the answer for what is not there: an empty feed. */
export function feedAnswer(entries: readonly Described[]): FakeResponse {
  const inside = entries.map((entry) => entryXml(entry)).join('');
  return atom(
    `<feed xmlns="${atomSpace}"><title type="text">Publicly Listed Services</title>${inside}</feed>`,
  );
}

function entryXml({ name, xml }: Described, space = ''): string {
  return `<entry${space}><title type="text">${escapeXml(name)}</title><content type="application/xml">${xml}</content></entry>`;
}

function atom(body: string): FakeResponse {
  return { headers: { 'content-type': 'application/atom+xml;type=entry;charset=utf-8' }, body };
}

function duration(seconds: number): string {
  return Number.isFinite(seconds) ? `PT${seconds}S` : 'P10675199DT2H48M5.4775807S';
}

const flag = (value: boolean) => (value ? 'true' : 'false');

function settingsXml(settings: FakeQueueSettings): string {
  return [
    xmlElement('LockDuration', duration(settings.lockSeconds)),
    xmlElement('RequiresSession', 'false'),
    xmlElement('DefaultMessageTimeToLive', duration(settings.timeToLiveSeconds)),
    xmlElement('DeadLetteringOnMessageExpiration', flag(settings.deadLettersExpired)),
    xmlElement('MaxDeliveryCount', settings.maxDeliveryCount),
    xmlElement('Status', 'Active'),
  ].join('');
}

function duplicatesXml({ duplicateSeconds, maxSizeMegabytes }: FakeQueueSettings): string {
  return [
    xmlElement('MaxSizeInMegabytes', maxSizeMegabytes),
    xmlElement('RequiresDuplicateDetection', flag(duplicateSeconds > 0)),
    xmlElement('DuplicateDetectionHistoryTimeWindow', duration(duplicateSeconds || 600)),
  ].join('');
}

function countsXml(queue: FakeQueue): string {
  const { active, scheduled } = queue.counts();
  const dead = queue.deadLetters?.counts().active ?? 0;
  const counts = {
    ActiveMessageCount: active,
    DeadLetterMessageCount: dead,
    ScheduledMessageCount: scheduled,
  };
  const inside = Object.entries(counts).map(([name, count]) => xmlElement(`d2p1:${name}`, count));
  return `<CountDetails xmlns:d2p1="${countSpace}">${inside.join('')}</CountDetails>`;
}

const described = (kind: string, inside: string) => `<${kind} xmlns="${connectSpace}">${inside}</${kind}>`;

export function queueXml(queue: FakeQueue): Described {
  const size = queue.messages.reduce((sum, { body }) => sum + body.byteLength, 0);
  const inside = [
    settingsXml(queue.settings),
    duplicatesXml(queue.settings),
    xmlElement('SizeInBytes', size),
    countsXml(queue),
  ];
  return { name: queue.name, xml: described('QueueDescription', inside.join('')) };
}

export function topicXml({ name, entrance, subscriptions }: FakeTopic): Described {
  const inside = [
    duplicatesXml(entrance.settings),
    xmlElement('DefaultMessageTimeToLive', duration(entrance.settings.timeToLiveSeconds)),
    xmlElement('SizeInBytes', 0),
    xmlElement('Status', 'Active'),
    xmlElement('SubscriptionCount', subscriptions.size),
  ];
  return { name, xml: described('TopicDescription', inside.join('')) };
}

export function subscriptionXml(queue: FakeQueue): Described {
  const name = queue.name.slice(queue.name.lastIndexOf('/') + 1);
  return { name, xml: described('SubscriptionDescription', settingsXml(queue.settings) + countsXml(queue)) };
}
