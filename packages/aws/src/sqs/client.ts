import type { Call } from '@im/core';
import { type AwsService, awsService, promised } from '../common/service.ts';

type Module = typeof import('@aws-sdk/client-sqs');
type Client = InstanceType<Module['SQSClient']>;

/** SQS over its SDK client. */
export const sqsService = awsService({
  name: '@im/aws/sqs',
  package: '@aws-sdk/client-sqs',
  load: () => import('@aws-sdk/client-sqs'),
  make: (module: Module, config) => new module.SQSClient(config),
});

/** What the operations share. */
export interface Connection {
  readonly service: AwsService<Module, Client>;
  /** Seconds that a receive waits, unless it says otherwise. */
  waitSeconds(): number;
  now(): number;
  readonly urls: QueueUrls;
}

/** URLs of queues by their names, as they were seen. */
export interface QueueUrls {
  /** The URL of a queue that is given by its name, asked for once; a URL is given back as it is. */
  find(queue: string, call: Call): Promise<string>;
  /** Keeps what another answer said. */
  keep(name: string, url: string): void;
  /** The queue is gone. */
  forget(queue: string): void;
}

/** Makes the cache; several calls that need the same URL ask once each, since each has its own end. */
export function createQueueUrls(service: AwsService<Module, Client>): QueueUrls {
  const known = new Map<string, string>();
  return {
    async find(queue, call) {
      if (/^https?:\/\//.test(queue)) return queue;
      const url = known.get(queue);
      if (url !== undefined) return url;
      const found = await service.send((sqs) => new sqs.GetQueueUrlCommand({ QueueName: queue }), call);
      const fresh = promised(found.QueueUrl, 'QueueUrl');
      known.set(queue, fresh);
      return fresh;
    },
    keep: (name, url) => void known.set(name, url),
    forget(queue) {
      for (const [name, url] of known) if (name === queue || url === queue) known.delete(name);
    },
  };
}
