/** Starts a fake of SNS. */
import type { Transport } from '@im/http';
import type { ProviderFake } from '@im/testing';
import {
  type AwsFakeOptions,
  type AwsFakeServer,
  sampleTenant,
  startAwsServer,
} from '../../common/fake/server.ts';
import type { SnsOptions } from '../options.ts';
import type { sns } from '../sns.ts';
import { createSigner, type FakeSigner } from './certificate.ts';
import { certificateUrl, type FakeDelivery } from './deliveries.ts';
import { snsFakeService } from './service.ts';
import { createSnsState, type FakeSubscription, type FakeTopic, type SnsState } from './state.ts';

/** How the fake is started. */
export interface SnsFakeOptions extends AwsFakeOptions {
  /** Most items of a page: AWS's 100 by default, and fewer to see pages without making hundreds of topics. */
  readonly pageItems?: number | undefined;
}

/** A running fake of SNS. */
export interface SnsFake extends ProviderFake<typeof sns>, AwsFakeServer {
  /** Options for this fake, with the access key of an account of its own for each tenant. */
  options(tenant?: string): SnsOptions;
  /** A topic of a tenant's account, with what was published to it. */
  topic(name: string, tenant?: string): FakeTopic;
  /** Subscriptions of a topic. */
  subscriptions(name: string, tenant?: string): readonly FakeSubscription[];
  /** What was sent to subscribers so far, in its order; nothing is posted by the fake itself. */
  readonly deliveries: readonly FakeDelivery[];
  /** A transport that knows the certificate of this fake, for `snsWebhook`; every other address is refused. */
  readonly certificates: Transport;
}

/** Names of topics that every account has from the beginning. */
export const builtInTopics = ['orders', 'payments.fifo', 'alarms', 'obsolete'] as const;

/** Endpoints that subscribe to `orders` from the beginning; the last has not confirmed. */
export const builtInSubscribers = [
  { protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:111122223333:orders' },
  { protocol: 'sqs', endpoint: 'arn:aws:sqs:us-east-1:111122223333:audit' },
  { protocol: 'sms', endpoint: '+14155552671' },
  { protocol: 'https', endpoint: 'https://example.com/sns' },
] as const;

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: SnsFakeOptions = {}): Promise<SnsFake> {
  let state: SnsState | undefined;
  let made: FakeSigner | undefined;
  const signer = () => (made ??= createSigner());
  const deliveries: FakeDelivery[] = [];
  const server = await startAwsServer(
    'aws-sns',
    ({ clock, region }) => {
      state = createSnsState(clock, region);
      const deliver = (delivery: FakeDelivery) => void deliveries.push(delivery);
      return [snsFakeService(state, { clock, pageItems: options.pageItems ?? 100, signer, deliver })];
    },
    options,
  );
  const { accounts, region, url } = server;
  const all = state as SnsState;
  const furnished = new Set<string>();

  /** The account of a tenant, with its topics. */
  const accountOf = (tenant: string) => {
    const account = accounts.of(tenant);
    if (furnished.has(tenant)) return account;
    furnished.add(tenant);
    const [orders] = builtInTopics.map((name) => {
      const attributes = new Map(name.endsWith('.fifo') ? [['FifoTopic', 'true']] : []);
      return all.createTopic(name, account, attributes, new Map());
    });
    for (const subscriber of orders === undefined ? [] : builtInSubscribers)
      all.subscribe(orders as FakeTopic, subscriber, account, new Map());
    return account;
  };
  const topic = (name: string, tenant = sampleTenant) => {
    const account = accountOf(tenant);
    return all.findTopic(all.arnOf(name, account), account);
  };

  return Object.assign(server, {
    options(tenant = sampleTenant): SnsOptions {
      const { accessKeyId, secretAccessKey } = accountOf(tenant);
      return { region, endpoint: url, credentials: { accessKeyId, secretAccessKey } };
    },
    topic,
    subscriptions: (name: string, tenant = sampleTenant) => all.ofTopic(topic(name, tenant).arn),
    deliveries,
    certificates: certificateTransport(certificateUrl(region), signer),
  });
}

function certificateTransport(url: string, signer: () => FakeSigner): Transport {
  return async (request) => {
    request.guard.url(request.url);
    const isKnown = request.url.href === url;
    return {
      status: isKnown ? 200 : 404,
      headers: Object.assign(new Map<string, string>(), { get: () => undefined }) as never,
      body: (async function* () {
        if (isKnown) yield Buffer.from(signer().pem);
      })(),
      url: request.url,
      [Symbol.asyncDispose]: async () => {},
    };
  };
}
