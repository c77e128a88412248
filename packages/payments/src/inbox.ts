/**
 * Takes webhooks in. Vendors send them late, twice and in any order, and anybody can send one:
 *
 * 1. the exact bytes are verified before anything of them is read; without a secret nothing is;
 * 2. an event is done once, after the handler has resolved; of copies that come at once one is taken, and the others are refused for now;
 * 3. an event only says where to look: the payment is asked for at the vendor, compared with what we asked, and merged with what was seen, so
 *    that neither the order of events nor the race with the customer's return matters.
 */
import { doOnce } from '@im/core';
import { type GatewayContext, placeOf, run, signalOf } from './context.ts';
import type { DriverWebhooks, PaymentEvent, RawWebhook } from './driver.ts';
import { type Place, paymentError } from './errors.ts';
import { absorb, breach } from './integrity.ts';
import { equalMoney } from './money.ts';
import type { Payment } from './payment.ts';

/** What the application does with events. */
export interface InboxOptions {
  /**
   * Called once an event that is new. Rejecting refuses the webhook, so that the vendor sends it again; nothing is done twice but what the
   * handler itself did before it rejected or was killed. `payment` is as the vendor has it now; absent: the event is about something else.
   */
  readonly handle: (event: PaymentEvent, payment: Payment | undefined) => Promise<void>;
  /** Milliseconds for which an event is remembered. Default 30 days, longer than vendors repeat. */
  readonly rememberMs?: number | undefined;
  /** Milliseconds a handler may take before another delivery may try. Default 60,000. */
  readonly handleMs?: number | undefined;
}

/** What became of the events of one webhook. */
export interface Received {
  readonly handled: number;
  readonly duplicates: number;
}

/** Where the application's endpoint hands its webhooks in. */
export interface Inbox {
  /**
   * Verifies, and does what is new. Answer the vendor with success only when it resolves.
   *
   * @throws {@link IntegrationError} `unauthenticated` for a bad signature or an old time; `failed_precondition` while no secret is set;
   * `invalid_argument` for a body that was parsed already; `unavailable` while a copy is being handled
   */
  receive(webhook: RawWebhook, call?: { readonly signal?: AbortSignal | undefined }): Promise<Received>;
}

const dayMs = 86_400_000;

/** Makes the inbox of a gateway whose driver has webhooks. */
export function createInbox(context: GatewayContext, webhooks: DriverWebhooks, options: InboxOptions): Inbox {
  const { handle, rememberMs = 30 * dayMs, handleMs = 60_000 } = options;

  /** @returns whether it was new */
  const take = async (event: PaymentEvent, place: Place, signal: AbortSignal): Promise<boolean> => {
    const options = { rememberMs, workMs: handleMs };
    const outcome = await doOnce(context.state, `event/${event.id}`, options, async () => {
      const payment = await run(place, signal, () => fetchAnew(context, event, place, signal));
      // What the handler throws passes as it is, and it is waited for: an abort does not leave it running unseen.
      await handle(event, payment);
    });
    if (outcome === 'elsewhere') throw beingHandled(place, handleMs);
    return outcome === 'done';
  };

  return {
    receive: async (webhook, call) => {
      const place = placeOf(context, 'receive');
      const signal = signalOf(call);
      if (!(webhook.body instanceof Uint8Array))
        throw paymentError('the body must be the bytes as they came, and was parsed already', place, {
          code: 'invalid_argument',
          reason: 'parsed_body',
          remedy: 'take this route out of the body parser',
        });
      const events = await run(place, signal, () => webhooks.verify(webhook, context.clock.now()));
      let handled = 0;
      for (const event of events) {
        signal.throwIfAborted();
        if (await take(event, place, signal)) handled += 1;
      }
      return { handled, duplicates: events.length - handled };
    },
  };
}

async function fetchAnew(
  context: GatewayContext,
  event: PaymentEvent,
  place: Place,
  signal: AbortSignal,
): Promise<Payment | undefined> {
  if (event.payment === undefined) return undefined;
  const told = await context.driver.find(event.payment, { signal });
  const here = { ...place, payment: event.payment.id, reference: event.payment.reference };
  if (told === undefined)
    throw paymentError('the event is about a payment that the processor does not show yet', here, {
      code: 'unavailable',
      remedy: 'answer with a failure; the processor sends it again',
    });
  const payment = await absorb(context, told, here);
  if (event.amount !== undefined && !equalMoney(event.amount, payment.amount))
    throw breach(context, here, 'integrity', 'the event names another amount than the payment');
  return payment;
}

function beingHandled(place: Place, retryAfterMs: number) {
  return paymentError('a copy of this event is being handled', place, {
    code: 'unavailable',
    retryAfterMs,
    reason: 'in_progress',
    remedy: 'answer with a failure; the processor sends it again',
  });
}
