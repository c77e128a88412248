/** Operations on queues themselves. */
import { type Call, idempotent, pages, read } from '@im/core';
import { cursorPage, fromCursor, none, path, text } from '@im/http';
import { metadataHeaders, metadataOf } from '../../common/metadata.ts';
import { checkQueue } from '../checks.ts';
import type { QueueConnection } from '../connection.ts';
import type { ListQueuesOptions, QueueProperties } from '../model.ts';
import { readQueues, unexpected } from '../wire.ts';
import { notes, removed } from './shared.ts';

/** Most queues of a page. */
const mostItems = 5_000;

export const queueOperations = ({ send }: QueueConnection) => ({
  /** Makes a queue; one that is there with the same metadata is left as it is. `already_exists` where it has other metadata. */
  createQueue: idempotent(
    async (
      queue: string,
      metadata: Readonly<Record<string, string>> | undefined,
      call: Call,
    ): Promise<void> => {
      const request = { method: 'PUT', path: path`${checkQueue(queue)}`, about: queue } as const;
      await send({ ...request, headers: metadataHeaders(metadata) }, none, call);
    },
    notes('create-queue4', 'write'),
  ),
  /** Deletes a queue with its messages. Its name is free again after some 40 seconds. */
  deleteQueue: idempotent(
    async (queue: string, call: Call): Promise<void> => {
      const request = { method: 'DELETE', path: path`${checkQueue(queue)}`, about: queue } as const;
      await removed(call, send(request, none, call));
    },
    notes('delete-queue3', 'delete'),
  ),
  /** How many messages there are, about, and the metadata. */
  getQueueProperties: read(
    async (queue: string, call: Call): Promise<QueueProperties> => {
      const request = { method: 'GET', path: path`${checkQueue(queue)}`, about: queue } as const;
      const { headers } = await send({ ...request, query: { comp: 'metadata' } }, none, call);
      const count = Number(headers.get('x-ms-approximate-messages-count') ?? Number.NaN);
      if (!Number.isInteger(count)) throw unexpected('does not say how many messages there are');
      return { approximateMessageCount: count, metadata: metadataOf(headers) };
    },
    notes('get-queue-metadata', 'read'),
  ),
  /** Replaces the metadata; what is left out is gone. */
  setMetadata: idempotent(
    async (queue: string, metadata: Readonly<Record<string, string>>, call: Call): Promise<void> => {
      const request = { method: 'PUT', path: path`${checkQueue(queue)}`, about: queue } as const;
      const headers = metadataHeaders(metadata);
      await send({ ...request, query: { comp: 'metadata' }, headers }, none, call);
    },
    notes('set-queue-metadata', 'write'),
  ),
  /** The queues of the account, by name. */
  listQueues: pages(
    read(
      async (options: ListQueuesOptions | undefined, call: Call) => {
        const query = {
          comp: 'list',
          prefix: options?.prefix,
          include: options?.metadata ? 'metadata' : undefined,
          marker: fromCursor(call),
          maxresults: Math.min(Math.max(Math.trunc(call.pageSize ?? mostItems), 1), mostItems),
        };
        const { body } = await send({ method: 'GET', path: '', query }, text, call);
        const { queues, next } = readQueues(body);
        return cursorPage(queues, next);
      },
      notes('list-queues1', 'read'),
    ),
  ),
});
