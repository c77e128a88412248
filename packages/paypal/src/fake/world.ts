/** Everything one fake holds, and what its routes share: accounts, time, ids, events. */
import type { Clock } from '@im/core';
import type { Account, Books, StoredEvent } from './account.ts';
import { payerId, transactionId, word } from './ids.ts';
import { instant, link } from './requests.ts';

/** One fake's state. */
export interface World {
  readonly clock: Clock;
  readonly seed: number;
  /** Where the APIs are: `http://127.0.0.1:1234/api` */
  base: string;
  /** Where customers go: `http://127.0.0.1:1234` */
  site: string;
  readonly accounts: Map<string, Account>;
  /** Called with each new event. */
  onEvent: (account: Account, event: StoredEvent) => void;
  /** An id that was not there before. */
  nextId(kind: string): string;
}

export function createWorld(clock: Clock, seed: number): World {
  let count = 0;
  return {
    clock,
    seed,
    base: '',
    site: '',
    accounts: new Map(),
    onEvent: () => {},
    nextId(kind) {
      count += 1;
      return transactionId(seed, kind, count);
    },
  };
}

const emptyBooks = (): Books => ({
  orders: new Map(),
  authorizations: new Map(),
  captures: new Map(),
  refunds: new Map(),
  methods: new Map(),
  setupTokens: new Map(),
  agreements: new Map(),
  products: new Map(),
  plans: new Map(),
  subscriptions: new Map(),
  disputes: new Map(),
  payouts: new Map(),
  transactions: [],
  webhooks: new Map(),
  events: [],
});

/** Id of the webhook that an account has from the beginning. */
export const webhookIdOf = (tenant: string): string => transactionId('webhook', tenant);

/** An account of `tenant` with empty books. */
export function createAccount(tenant: string, seed: number): Account {
  return {
    tenant,
    clientId: `A${word(79, 'client id', seed, tenant)}`,
    clientSecret: `E${word(79, 'client secret', seed, tenant)}`,
    merchantId: payerId('merchant', seed, tenant),
    email: `${word(8, 'email', tenant).toLowerCase()}@business.example.com`,
    webhookId: webhookIdOf(tenant),
    settings: {
      processingMs: 0,
      rejectsDuplicateInvoices: true,
      requestsPerMinute: Number.POSITIVE_INFINITY,
      reportingDelayMs: 3 * 3_600_000,
      orderKeyMs: 6 * 3_600_000,
    },
    merchants: new Map(),
    books: emptyBooks(),
  };
}

/** What an event is about. */
export interface News {
  readonly type: string;
  readonly resourceType: string;
  readonly resourceVersion?: string | undefined;
  readonly resource: unknown;
  readonly summary: string;
  readonly about: readonly string[];
  /** Default: a new one. */
  readonly id?: string | undefined;
}

/** Writes an event down, and hands it on. */
export function emit(world: World, account: Account, news: News): void {
  // No two at the same instant, so that a list of them can be cut at one.
  const at = Math.max(world.clock.now(), (account.books.events.at(-1)?.at ?? 0) + 1);
  const id = news.id ?? `WH-${world.nextId('event')}-${world.nextId('event')}`;
  const json = {
    id,
    event_version: '1.0',
    create_time: instant(at),
    resource_type: news.resourceType,
    resource_version: news.resourceVersion ?? '2.0',
    event_type: news.type,
    summary: news.summary,
    resource: news.resource as Record<string, unknown>,
    links: [
      link(world.base, 'self', `/v1/notifications/webhooks-events/${id}`),
      link(world.base, 'resend', `/v1/notifications/webhooks-events/${id}/resend`, 'POST'),
    ],
  };
  const event: StoredEvent = { id, type: news.type, at, json, body: JSON.stringify(json), about: news.about };
  account.books.events.push(event);
  world.onEvent(account, event);
}

/** Writes a movement of the account down, for the reports. */
export function book(
  account: Account,
  entry: Omit<Account['books']['transactions'][number], 'status'> & {
    readonly status?: 'S' | 'P' | 'D' | 'V';
  },
): void {
  account.books.transactions.push({ status: 'S', ...entry });
}
