/** Events of an account on their way to an application: signed, and pushed to an address when asked. */
import { type Clock, sleep } from '@im/core';
import { deliverWebhooks, type WebhookFaults, type WebhookPayload, type WebhookReceiver } from '@im/testing';
import type { Stripe } from 'stripe';
import { signatureHeader, signWebhook } from '../webhook.ts';
import type { Account } from './account.ts';

/** Signs an event as Stripe does. */
export function signed(
  account: Account,
  event: Stripe.Event,
  nowMs: number,
): WebhookPayload & { readonly body: Uint8Array<ArrayBuffer> } {
  const body = new TextEncoder().encode(JSON.stringify(event, undefined, 2));
  return {
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      [signatureHeader]: signWebhook(body, account.webhookSecrets, nowMs),
    },
  };
}

/** Events, oldest first. */
export function eventsOf(account: Account): Stripe.Event[] {
  return account.all('event').reverse();
}

/** Delivers events, with faults. */
export function deliver(
  account: Account,
  events: readonly Stripe.Event[],
  receiver: WebhookReceiver,
  clock: Clock,
  faults: WebhookFaults = {},
) {
  return deliverWebhooks(events, receiver, {
    sign: (event, now) => signed(account, event as Stripe.Event, now),
    clock,
    faults,
  });
}

/** Times that a push is made again when the application does not take it. */
const mostAttempts = 5;
const betweenMs = 200;

/** Pushes each event as it happens, in order, one at a time. */
export class Pusher {
  /** Events that nobody took. */
  readonly lost: Stripe.Event[] = [];
  readonly #account: Account;
  readonly #url: string;
  readonly #clock: Clock;
  #queue: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();

  constructor(account: Account, url: string, clock: Clock) {
    this.#account = account;
    this.#url = url;
    this.#clock = clock;
    account.listeners.add(this.#listen);
  }

  readonly #listen = (event: Stripe.Event): void => {
    this.#queue = this.#queue.then(() => this.#push(event));
  };

  async #push(event: Stripe.Event): Promise<void> {
    for (let attempt = 1; attempt <= mostAttempts && !this.#stop.signal.aborted; attempt += 1) {
      const { body, headers } = signed(this.#account, event, this.#clock.now());
      const isTaken = await fetch(this.#url, {
        method: 'POST',
        body,
        headers,
        signal: this.#stop.signal,
      }).then(
        async (response) => {
          await response.arrayBuffer();
          return response.ok;
        },
        () => false,
      );
      if (isTaken) return;
      await sleep(this.#clock, betweenMs, this.#stop.signal).catch(() => undefined);
    }
    this.lost.push(event);
  }

  /** Resolves when all that has happened was told. */
  get idle(): Promise<void> {
    return this.#queue;
  }

  async close(): Promise<void> {
    this.#account.listeners.delete(this.#listen);
    this.#stop.abort();
    await this.#queue;
  }
}
