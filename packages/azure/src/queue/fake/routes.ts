/** What the fake answers: https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api */
import { isDeepStrictEqual } from 'node:util';
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { StoragePrincipal } from '../../common/fake/storage-accounts.ts';
import { storageError, xmlDocument, xmlElement } from '../../common/fake/storage-answers.ts';
import { metadataOf } from '../../common/metadata.ts';
import { readXml } from '../../common/xml.ts';
import {
  type FakeMessage,
  type FakeQueue,
  type FakeQueueStore,
  settleQueue,
  sevenDays,
  visibleMessages,
} from './store.ts';

/** A request that was let in. */
export interface Handling {
  readonly request: FakeRequest;
  readonly principal: StoragePrincipal;
  readonly store: FakeQueueStore;
}

export type Handler = (handling: Handling) => FakeResponse;

const mostBytes = 65_536;

/** @throws FakeResponse unless the credential allows one of the letters */
function allow({ principal }: Handling, letters: string): void {
  const { permissions } = principal;
  if (permissions === undefined || [...letters].some((letter) => permissions.includes(letter))) return;
  throw storageError(
    403,
    'AuthorizationPermissionMismatch',
    'This request is not authorized to perform this operation using this permission.',
  );
}

function queueOf({ request, store }: Handling): FakeQueue {
  const queue = store.queues.get(request.params.queue ?? '');
  if (queue === undefined) throw storageError(404, 'QueueNotFound', 'The specified queue does not exist.');
  return settleQueue(store, queue);
}

/** A number of the query. @throws FakeResponse outside of its range */
function numberOf({ query }: FakeRequest, name: string, least: number, most: number): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw storageError(
    400,
    'OutOfRangeQueryParameterValue',
    'One of the query parameters specified in the request URI is outside the permissible range.',
  );
}

const createQueue: Handler = (handling) => {
  const { request, store } = handling;
  allow(handling, 'c');
  const name = request.params.queue ?? '';
  if (!/^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name))
    throw storageError(
      400,
      'InvalidResourceName',
      'The specified resource name contains invalid characters.',
    );
  const metadata = metadataOf(Object.entries(request.headers));
  const freeAt = store.deleting.get(name) ?? 0;
  if (freeAt > store.clock.now())
    throw storageError(409, 'QueueBeingDeleted', 'The specified queue is being deleted.');
  const present = store.queues.get(name);
  if (present === undefined) {
    store.createQueue(name, metadata);
    return { status: 201 };
  }
  if (isDeepStrictEqual({ ...present.metadata }, metadata)) return { status: 204 };
  throw storageError(409, 'QueueAlreadyExists', 'The specified queue already exists.');
};

const deleteQueue: Handler = (handling) => {
  const { store } = handling;
  allow(handling, 'd');
  const { name } = queueOf(handling);
  store.queues.delete(name);
  store.deleting.set(name, store.clock.now() + store.deletingMs);
  return { status: 204 };
};

const getProperties: Handler = (handling) => {
  allow(handling, 'r');
  const { metadata, messages } = queueOf(handling);
  const headers = Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value] as const);
  return {
    headers: { ...Object.fromEntries(headers), 'x-ms-approximate-messages-count': String(messages.length) },
  };
};

const setMetadata: Handler = (handling) => {
  allow(handling, 'w');
  const queue = queueOf(handling);
  queue.metadata = metadataOf(Object.entries(handling.request.headers));
  return { status: 204 };
};

const listQueues: Handler = (handling) => {
  const { request, store } = handling;
  allow(handling, 'l');
  const prefix = request.query.get('prefix') ?? '';
  const most = numberOf(request, 'maxresults', 1, 5_000) ?? 5_000;
  const marker = request.query.get('marker');
  if (marker !== null && !marker.startsWith('/'))
    throw storageError(400, 'OutOfRangeInput', 'One of the request inputs is out of range.');
  const start = marker?.slice(1) ?? '';
  const all = [...store.queues.values()]
    .filter(({ name }) => name.startsWith(prefix) && name >= start)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const next = all[most];
  const withMetadata = request.query.get('include') === 'metadata';
  const items = all.slice(0, most).map(({ name, metadata }) => {
    const inside = Object.entries(metadata).map(([key, value]) => xmlElement(key, value));
    return `<Queue>${xmlElement('Name', name)}${withMetadata ? `<Metadata>${inside.join('')}</Metadata>` : ''}</Queue>`;
  });
  const body = [
    xmlElement('Prefix', prefix),
    xmlElement('Marker', marker ?? undefined),
    xmlElement('MaxResults', most),
    `<Queues>${items.join('')}</Queues>`,
    next === undefined ? '<NextMarker/>' : xmlElement('NextMarker', `/${next.name}`),
  ].join('');
  const root = `EnumerationResults ServiceEndpoint="http://${request.headers.host}/storage/"`;
  return xml(`<?xml version="1.0" encoding="utf-8"?><${root}>${body}</EnumerationResults>`);
};

function xml(body: string, status = 200): FakeResponse {
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

/** The text of a body. @throws FakeResponse */
function messageTextOf({ body }: FakeRequest): string {
  let text: string;
  try {
    const message = readXml(Buffer.from(body).toString(), 'QueueMessage').first('MessageText');
    if (message === undefined) throw new TypeError('no MessageText');
    text = message.text;
  } catch {
    throw storageError(400, 'InvalidXmlDocument', 'XML specified is not syntactically valid.');
  }
  if (Buffer.byteLength(text) <= mostBytes) return text;
  throw storageError(400, 'MessageTooLarge', 'The message exceeds the maximum allowed size.');
}

const date = (at: number) => new Date(at).toUTCString();

/** What a message looks like; `parts` beside its id and times. */
function messageElement(
  { id, insertedAt, expiresAt, popReceipt, visibleAt, dequeueCount, text }: FakeMessage,
  parts: { readonly receipt: boolean; readonly text: boolean },
): string {
  return `<QueueMessage>${[
    xmlElement('MessageId', id),
    xmlElement('InsertionTime', date(insertedAt)),
    xmlElement('ExpirationTime', date(expiresAt)),
    ...(parts.receipt
      ? [xmlElement('PopReceipt', popReceipt), xmlElement('TimeNextVisible', date(visibleAt))]
      : []),
    ...(parts.text ? [xmlElement('DequeueCount', dequeueCount), xmlElement('MessageText', text)] : []),
  ].join('')}</QueueMessage>`;
}

const messagesXml = (elements: readonly string[], status?: number) =>
  xml(xmlDocument('QueueMessagesList', elements.join('')), status);

const putMessage: Handler = (handling) => {
  const { request, store } = handling;
  allow(handling, 'a');
  const hidden = numberOf(request, 'visibilitytimeout', 0, sevenDays) ?? 0;
  const life = numberOf(request, 'messagettl', -1, 2 ** 31 - 1) ?? sevenDays;
  if (life === 0 || (life > 0 && hidden >= life))
    throw storageError(
      400,
      'InvalidQueryParameterValue',
      'Value for one of the query parameters is invalid.',
    );
  const message = store.put(queueOf(handling), messageTextOf(request), hidden, life);
  return messagesXml([messageElement(message, { receipt: true, text: false })], 201);
};

const getMessages: Handler = (handling) => {
  const { request, store } = handling;
  const isPeek = request.query.get('peekonly') === 'true';
  allow(handling, isPeek ? 'r' : 'p');
  const most = numberOf(request, 'numofmessages', 1, 32) ?? 1;
  const hidden = numberOf(request, 'visibilitytimeout', 1, sevenDays) ?? 30;
  const found = visibleMessages(store, queueOf(handling)).slice(0, most);
  if (!isPeek)
    for (const message of found) {
      message.dequeueCount += 1;
      store.hide(message, hidden);
    }
  return messagesXml(found.map((message) => messageElement(message, { receipt: !isPeek, text: true })));
};

const clearMessages: Handler = (handling) => {
  allow(handling, 'd');
  queueOf(handling).messages = [];
  return { status: 204 };
};

/** The message of a path, whose receipt is shown. */
function messageOf(handling: Handling): { readonly queue: FakeQueue; readonly message: FakeMessage } {
  const { params, query } = handling.request;
  const queue = queueOf(handling);
  const message = queue.messages.find(({ id }) => id === params.id);
  if (message === undefined)
    throw storageError(404, 'MessageNotFound', 'The specified message does not exist.');
  if (message.popReceipt === query.get('popreceipt')) return { queue, message };
  throw storageError(
    400,
    'PopReceiptMismatch',
    'The specified pop receipt did not match the pop receipt for a dequeued message.',
  );
}

const updateMessage: Handler = (handling) => {
  const { request, store } = handling;
  allow(handling, 'u');
  const hidden = numberOf(request, 'visibilitytimeout', 0, sevenDays);
  if (hidden === undefined)
    throw storageError(400, 'MissingRequiredQueryParameter', 'A query parameter is missing.');
  const { message } = messageOf(handling);
  if (request.body.byteLength > 0) message.text = messageTextOf(request);
  store.hide(message, hidden);
  return {
    status: 204,
    headers: { 'x-ms-popreceipt': message.popReceipt, 'x-ms-time-next-visible': date(message.visibleAt) },
  };
};

const deleteMessage: Handler = (handling) => {
  allow(handling, 'p');
  const { queue, message } = messageOf(handling);
  queue.messages = queue.messages.filter((one) => one !== message);
  return { status: 204 };
};

/** By route and by what the query asks for. */
export const queueRoutes: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  'GET /storage/': { list: listQueues },
  'GET /storage/:queue': { metadata: getProperties },
  'PUT /storage/:queue': { '': createQueue, metadata: setMetadata },
  'DELETE /storage/:queue': { '': deleteQueue },
  'GET /storage/:queue/messages': { '': getMessages },
  'POST /storage/:queue/messages': { '': putMessage },
  'DELETE /storage/:queue/messages': { '': clearMessages },
  'PUT /storage/:queue/messages/:id': { '': updateMessage },
  'DELETE /storage/:queue/messages/:id': { '': deleteMessage },
};
