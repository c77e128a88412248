/** How the driver's parts call the client. */
import type { Client, Page, Pages } from '@im/core';
import type { DriverCall, MovingCall } from '@im/payments';
import type { Stripe } from 'stripe';
import type { StripeOperations } from '../operations/all.ts';

/** What a registry gives for the definition. */
export type StripeClient = Client<StripeOperations, Stripe>;

/** Milliseconds of one call, repetitions included: `settleMs` counts on it. */
const timeoutMs = 30_000;

/** Options of a call that moves nothing. */
export const reading = ({ signal }: DriverCall) => ({ signal, timeoutMs });

/** Options of a call that moves something. `step` tells several of one operation apart. */
export function moving({ signal, idempotencyKey }: MovingCall, step?: string) {
  return {
    signal,
    timeoutMs,
    idempotencyKey: step === undefined ? idempotencyKey : `${idempotencyKey}-${step}`,
  };
}

/** The page at which a list begins. */
export async function firstPage<Item>(pages: Pages<Item>): Promise<Page<Item>> {
  for await (const page of pages.pages()) return page;
  return { items: [] };
}

/** A page of other things. */
export function mapPage<Item, Other>({ items, next }: Page<Item>, map: (item: Item) => Other): Page<Other> {
  return { items: items.map(map), next };
}
