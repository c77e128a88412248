/** The vendor's XML: https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api */
import { VendorError } from '@im/core';
import { escapeXml, readXml, type XmlElement } from '../common/xml.ts';
import { type Encoding, fromStored } from './encoding.ts';
import type { PeekedMessage, PutMessage, QueueItem, QueueMessage } from './model.ts';

/** A message on its way in. */
export function messageXml(stored: string): string {
  return `<?xml version="1.0" encoding="utf-8"?><QueueMessage><MessageText>${escapeXml(stored)}</MessageText></QueueMessage>`;
}

/** Queues of a page, and where the next begins. */
export function readQueues(text: string): {
  readonly queues: readonly QueueItem[];
  readonly next: string | undefined;
} {
  const page = readXml(text, 'EnumerationResults');
  const queues = page.first('Queues')?.all('Queue') ?? [];
  return { queues: queues.map(toItem), next: page.textOf('NextMarker') };
}

function toItem(element: XmlElement): QueueItem {
  const metadata = element.first('Metadata');
  return {
    name: needed(element, 'Name'),
    metadata:
      metadata && Object.fromEntries(metadata.names.map((name) => [name, metadata.textOf(name) ?? ''])),
  };
}

export function readPut(text: string): PutMessage {
  const [element] = messagesIn(text);
  if (element === undefined) throw unexpected('has no message');
  return {
    id: needed(element, 'MessageId'),
    popReceipt: needed(element, 'PopReceipt'),
    insertedAt: instant(element, 'InsertionTime'),
    expiresAt: instant(element, 'ExpirationTime'),
    nextVisibleAt: instant(element, 'TimeNextVisible'),
  };
}

export function readPeeked(text: string, encoding: Encoding): readonly PeekedMessage[] {
  return messagesIn(text).map((element) => toPeeked(element, encoding));
}

export function readTaken(text: string, encoding: Encoding): readonly QueueMessage[] {
  return messagesIn(text).map((element) => ({
    ...toPeeked(element, encoding),
    popReceipt: needed(element, 'PopReceipt'),
    nextVisibleAt: instant(element, 'TimeNextVisible'),
  }));
}

function messagesIn(text: string): readonly XmlElement[] {
  return readXml(text, 'QueueMessagesList').all('QueueMessage');
}

function toPeeked(element: XmlElement, encoding: Encoding): PeekedMessage {
  return {
    id: needed(element, 'MessageId'),
    ...fromStored(element.first('MessageText')?.text ?? '', encoding),
    insertedAt: instant(element, 'InsertionTime'),
    expiresAt: instant(element, 'ExpirationTime'),
    dequeueCount: Number(needed(element, 'DequeueCount')),
  };
}

function needed(element: XmlElement, name: string): string {
  const text = element.textOf(name);
  if (text !== undefined) return text;
  throw unexpected(`has no ${name}`);
}

function instant(element: XmlElement, name: string): number {
  return instantOf(needed(element, name), name);
}

/** @throws `VendorError` `internal` for what is no date */
export function instantOf(text: string, name: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw unexpected(`has a ${name} that is no date`);
}

/** An answer that is not what was promised. */
export function unexpected(what: string): VendorError {
  return new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_body',
    says: `the answer ${what}`,
  });
}
