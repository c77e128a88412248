/** What the fake answers about messages. */
import type { FakeRequest } from '@im/testing';
import { storageError, xmlDocument, xmlElement } from '../../common/fake/storage-answers.ts';
import { readXml } from '../../common/xml.ts';
import { allow, type Handler, type Handling, numberOf, queueOf, xml } from './handling.ts';
import { type FakeMessage, type FakeQueue, sevenDays, visibleMessages } from './store.ts';

const mostBytes = 65_536;

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

export const putMessage: Handler = (handling) => {
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

export const getMessages: Handler = (handling) => {
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

export const clearMessages: Handler = (handling) => {
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

export const updateMessage: Handler = (handling) => {
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

export const deleteMessage: Handler = (handling) => {
  allow(handling, 'p');
  const { queue, message } = messageOf(handling);
  queue.messages = queue.messages.filter((one) => one !== message);
  return { status: 204 };
};
