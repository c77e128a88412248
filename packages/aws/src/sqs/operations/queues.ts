/** Queues themselves: finding, making, changing, emptying and deleting them. */
import { type Call, idempotent, type Page, pages, read, unsafe, VendorError } from '@im/core';
import { promised, refuse, within } from '../../common/service.ts';
import type { Connection } from '../client.ts';
import { fromSettings, toQueueInfo } from '../map.ts';
import type { QueueInfo, QueueSettings } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_';

/** Most queues that AWS gives at once. */
const largestPage = 1_000;

/** Operations on queues; `queue` is a name or a URL. */
export function queueOperations({ service, urls }: Connection) {
  return {
    /** The URL of the queue of this name. */
    getQueueUrl: read(
      async (name: string, call: Call): Promise<string> => {
        const found = await service.send((sqs) => new sqs.GetQueueUrlCommand({ QueueName: name }), call);
        const url = promised(found.QueueUrl, 'QueueUrl');
        urls.keep(name, url);
        return url;
      },
      { docs: `${docs}GetQueueUrl.html`, scopes: ['sqs:GetQueueUrl'] },
    ),

    /** URLs of the queues of this account and region, in the order of their names; those whose name begins with `prefix`. */
    listQueues: pages(
      read(
        async (prefix: string | undefined, call: Call): Promise<Page<string>> => {
          const input = {
            MaxResults: within('pageSize', call.pageSize ?? largestPage, 1, largestPage),
            ...(prefix !== undefined && { QueueNamePrefix: prefix }),
            ...(call.cursor !== undefined && { NextToken: call.cursor }),
          };
          const page = await service.send((sqs) => new sqs.ListQueuesCommand(input), call);
          return { items: page.QueueUrls ?? [], next: page.NextToken };
        },
        { docs: `${docs}ListQueues.html`, scopes: ['sqs:ListQueues'] },
      ),
    ),

    /** URLs of the queues that have this one as their dead-letter queue. */
    listDeadLetterSources: pages(
      read(
        async (queue: string, call: Call): Promise<Page<string>> => {
          const input = {
            QueueUrl: await urls.find(queue, call),
            MaxResults: within('pageSize', call.pageSize ?? largestPage, 1, largestPage),
            ...(call.cursor !== undefined && { NextToken: call.cursor }),
          };
          const page = await service.send((sqs) => new sqs.ListDeadLetterSourceQueuesCommand(input), call);
          return { items: page.queueUrls ?? [], next: page.NextToken };
        },
        { docs: `${docs}ListDeadLetterSourceQueues.html`, scopes: ['sqs:ListDeadLetterSourceQueues'] },
      ),
    ),

    /**
     * Makes a queue, or gives the one of the same name and settings. A name that ends in `.fifo` makes a FIFO queue.
     *
     * @returns its URL
     */
    createQueue: idempotent(
      async (
        name: string,
        options:
          | { readonly settings?: QueueSettings; readonly tags?: Readonly<Record<string, string>> }
          | undefined,
        call: Call,
      ): Promise<string> => {
        if (!/^[\w-]{1,80}(?<!.{76})\.fifo$|^[\w-]{1,80}$/.test(name))
          refuse('a queue name is 1 to 80 letters, digits, - and _, and may end in .fifo');
        const Attributes = {
          ...fromSettings(options?.settings ?? {}),
          ...(name.endsWith('.fifo') && { FifoQueue: 'true' }),
        };
        const input = {
          QueueName: name,
          Attributes,
          ...(options?.tags !== undefined && { tags: { ...options.tags } }),
        };
        const made = await service.send((sqs) => new sqs.CreateQueueCommand(input), call);
        const url = promised(made.QueueUrl, 'QueueUrl');
        urls.keep(name, url);
        return url;
      },
      { docs: `${docs}CreateQueue.html`, scopes: ['sqs:CreateQueue', 'sqs:TagQueue'] },
    ),

    /** Deletes a queue with all that is in it. Its name is free again after 60 seconds. */
    deleteQueue: idempotent(
      async (queue: string, call: Call): Promise<void> => {
        const QueueUrl = await urls.find(queue, call);
        try {
          await service.send((sqs) => new sqs.DeleteQueueCommand({ QueueUrl }), call);
        } catch (error) {
          // An earlier attempt has done it, and its answer was lost.
          if (call.attempt === 1 || !isGone(error)) throw error;
        }
        urls.forget(queue);
      },
      { docs: `${docs}DeleteQueue.html`, scopes: ['sqs:DeleteQueue'] },
    ),

    /** What a queue is set to, and about how many messages are in it. */
    getQueue: read(
      async (queue: string, call: Call): Promise<QueueInfo> => {
        const input = { QueueUrl: await urls.find(queue, call), AttributeNames: ['All' as const] };
        const found = await service.send((sqs) => new sqs.GetQueueAttributesCommand(input), call);
        return toQueueInfo(found.Attributes ?? {});
      },
      { docs: `${docs}GetQueueAttributes.html`, scopes: ['sqs:GetQueueAttributes'] },
    ),

    /** Changes what is named. It may take a minute until all of AWS knows. */
    setQueueSettings: idempotent(
      async (queue: string, settings: QueueSettings, call: Call): Promise<void> => {
        const Attributes = fromSettings(settings);
        if (Object.keys(Attributes).length === 0) refuse('name at least one setting');
        const QueueUrl = await urls.find(queue, call);
        await service.send((sqs) => new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes }), call);
      },
      { docs: `${docs}SetQueueAttributes.html`, scopes: ['sqs:SetQueueAttributes'] },
    ),

    /** Deletes every message in a queue, also those that are sent while it works: up to 60 seconds. So it is sent once. */
    purgeQueue: unsafe(
      async (queue: string, call: Call): Promise<void> => {
        const QueueUrl = await urls.find(queue, call);
        await service.send((sqs) => new sqs.PurgeQueueCommand({ QueueUrl }), call);
      },
      { docs: `${docs}PurgeQueue.html`, scopes: ['sqs:PurgeQueue'] },
    ),

    listQueueTags: read(
      async (queue: string, call: Call): Promise<Readonly<Record<string, string>>> => {
        const QueueUrl = await urls.find(queue, call);
        const found = await service.send((sqs) => new sqs.ListQueueTagsCommand({ QueueUrl }), call);
        return found.Tags ?? {};
      },
      { docs: `${docs}ListQueueTags.html`, scopes: ['sqs:ListQueueTags'] },
    ),

    /** Sets these tags; others stay. */
    tagQueue: idempotent(
      async (queue: string, tags: Readonly<Record<string, string>>, call: Call): Promise<void> => {
        const input = { QueueUrl: await urls.find(queue, call), Tags: { ...tags } };
        await service.send((sqs) => new sqs.TagQueueCommand(input), call);
      },
      { docs: `${docs}TagQueue.html`, scopes: ['sqs:TagQueue'] },
    ),

    untagQueue: idempotent(
      async (queue: string, names: readonly string[], call: Call): Promise<void> => {
        const input = { QueueUrl: await urls.find(queue, call), TagKeys: [...names] };
        await service.send((sqs) => new sqs.UntagQueueCommand(input), call);
      },
      { docs: `${docs}UntagQueue.html`, scopes: ['sqs:UntagQueue'] },
    ),
  };
}

function isGone(error: unknown): boolean {
  return error instanceof VendorError && error.failure.reason === 'QueueDoesNotExist';
}
