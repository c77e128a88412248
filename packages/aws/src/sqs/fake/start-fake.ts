/** Starts a fake of SQS. */
import type { ProviderFake } from '@im/testing';
import {
  type AwsFakeOptions,
  type AwsFakeServer,
  sampleTenant,
  startAwsServer,
} from '../../common/fake/server.ts';
import type { SqsOptions } from '../options.ts';
import type { sqs } from '../sqs.ts';
import type { FakeQueue } from './queue.ts';
import { sqsFakeService } from './service.ts';
import { createSqsState, type SqsState } from './state.ts';

/** A running fake of SQS. */
export interface SqsFake extends ProviderFake<typeof sqs>, AwsFakeServer {
  /** Options for this fake, with the access key of an account of its own for each tenant. */
  options(tenant?: string): SqsOptions;
  /** A queue of a tenant's account, with what is in it. */
  queue(name: string, tenant?: string): FakeQueue | undefined;
}

/** Names of queues that every account has from the beginning. */
export const builtInQueues = ['orders', 'orders-dead', 'payments.fifo', 'working', 'obsolete'] as const;

/** How many messages of the queue `working` were received already, for half a day. */
export const workingMessages = 8;

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: AwsFakeOptions = {}): Promise<SqsFake> {
  let state: SqsState | undefined;
  const server = await startAwsServer(
    'aws-sqs',
    (place) => {
      state = createSqsState(place);
      return [sqsFakeService(state, place)];
    },
    options,
  );
  const { accounts, region, url } = server;
  const queues = state as SqsState;
  const furnished = new Set<string>();

  /** The account of a tenant, with its queues. */
  const accountOf = (tenant: string) => {
    const account = accounts.of(tenant);
    if (furnished.has(tenant)) return account;
    furnished.add(tenant);
    const dead = queues.create(account, 'orders-dead', {});
    const redrive = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
    queues.create(account, 'orders', { RedrivePolicy: redrive });
    queues.create(account, 'payments.fifo', { FifoQueue: 'true' }, { team: 'shop' });
    queues.create(account, 'obsolete', {});
    const working = queues.create(account, 'working', { VisibilityTimeout: '43200' });
    for (let number = 1; number <= workingMessages; number += 1)
      working.send({ body: `order ${number}` }, account.accessKeyId);
    working.take({ most: workingMessages, hiddenSeconds: undefined, attemptId: undefined }, () => {});
    return account;
  };

  return Object.assign(server, {
    options(tenant = sampleTenant): SqsOptions {
      const { accessKeyId, secretAccessKey } = accountOf(tenant);
      return { region, endpoint: url, credentials: { accessKeyId, secretAccessKey } };
    },
    queue: (name: string, tenant = sampleTenant) => queues.queue(accountOf(tenant), name),
  });
}
