/** What the fake answers: https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api */
import { isDeepStrictEqual } from 'node:util';
import { storageError, xmlElement } from '../../common/fake/storage-answers.ts';
import { metadataOf } from '../../common/metadata.ts';
import { allow, type Handler, numberOf, queueOf, xml } from './handling.ts';
import { clearMessages, deleteMessage, getMessages, putMessage, updateMessage } from './message-routes.ts';

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
