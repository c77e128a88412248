/** Options of `@im/azure/queue`. */
import { z } from 'zod';
import { checkStorage, storageShape } from '../common/storage-options.ts';

export const queueOptions = z
  .strictObject({
    ...storageShape,
    encoding: z
      .enum(['base64', 'text'])
      .default('base64')
      .describe(
        'how messages stand in the queue: `base64`, which takes any bytes and is what Azure Functions expect; `text`, as they are',
      ),
  })
  .superRefine(checkStorage('queue'));

/** Options as an application writes them. */
export type QueueOptions = z.input<typeof queueOptions>;

/** Options once checked. */
export type CheckedQueueOptions = z.output<typeof queueOptions>;
