/** Delivers a fake's webhooks as real vendors do: signed, now and then twice, late, or in another order. */
import { type Clock, sleep, systemClock } from '@im/core';

/** One event on its way: the exact bytes and the headers that sign them. */
export interface WebhookPayload {
  readonly body: string | Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** What goes wrong with deliveries, as data. Numbers count deliveries from 1, in the order in which they were sent. */
export interface WebhookFaults {
  /** How often each is delivered. Default 1. */
  readonly copies?: number | undefined;
  /** `reverse` delivers the last first; a list gives the order by number: `[2, 1, 3]`. Default: as sent. */
  readonly order?: 'reverse' | readonly number[] | undefined;
  /** Milliseconds before each delivery. Default 0. */
  readonly delayMs?: number | undefined;
  /** Numbers that are not delivered at all. */
  readonly lost?: readonly number[] | undefined;
}

/** Where webhooks go: an address, or the application's handler. It gives the status of the answer. */
export type WebhookReceiver = string | ((payload: WebhookPayload) => Promise<number> | number);

/** What became of one delivery. */
export interface WebhookDelivery {
  /** Number of the event, from 1. */
  readonly event: number;
  /** Which copy of it, from 1. */
  readonly copy: number;
  /** Status of the answer. */
  readonly status: number;
}

/** What a delivery needs beside the events. */
export interface WebhookDeliveryOptions {
  /** Makes the signed request out of an event. Called once for each delivery, so that times in signatures are right. */
  readonly sign: (event: unknown, now: number) => WebhookPayload | Promise<WebhookPayload>;
  readonly faults?: WebhookFaults | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Delivers events one after another, faults included.
 *
 * @returns what became of each delivery, in the order of delivery
 * @throws RangeError for an `order` that names an event that there is not; what a receiver threw; the signal's reason
 */
export async function deliverWebhooks(
  events: readonly unknown[],
  receiver: WebhookReceiver,
  { sign, faults = {}, clock = systemClock, signal }: WebhookDeliveryOptions,
): Promise<readonly WebhookDelivery[]> {
  const deliver = typeof receiver === 'string' ? post(receiver, signal) : receiver;
  const deliveries: WebhookDelivery[] = [];
  for (const event of orderOf(events.length, faults)) {
    for (let copy = 1; copy <= (faults.copies ?? 1); copy += 1) {
      if (faults.delayMs) await sleep(clock, faults.delayMs, signal);
      signal?.throwIfAborted();
      const payload = await sign(events[event - 1], clock.now());
      deliveries.push({ event, copy, status: await deliver(payload) });
    }
  }
  return deliveries;
}

/** Numbers of events in the order of delivery. */
function orderOf(count: number, { order, lost = [] }: WebhookFaults): readonly number[] {
  const asSent = Array.from({ length: count }, (_, index) => index + 1);
  const ordered = order === 'reverse' ? asSent.toReversed() : (order ?? asSent);
  const unknown = ordered.find((number) => !asSent.includes(number));
  if (unknown !== undefined) throw new RangeError(`there is no event ${unknown} among ${count}`);
  return ordered.filter((number) => !lost.includes(number));
}

function post(url: string, signal: AbortSignal | undefined): (payload: WebhookPayload) => Promise<number> {
  return async ({ body, headers }) => {
    const bytes = typeof body === 'string' ? body : new Uint8Array(body);
    const response = await fetch(url, { method: 'POST', body: bytes, headers, ...(signal && { signal }) });
    await response.arrayBuffer();
    return response.status;
  };
}
