/** A client against a fake, on virtual time. */
import {
  createIntegration,
  type IntegrationError,
  isIntegrationError,
  type Logger,
  type ResilienceInput,
} from '@im/core';
import { createRandom, createVirtualClock } from '@im/testing';
import { type StartStripeFakeOptions, startFake } from '../fake/start-fake.ts';
import type { StripeOptions } from '../options.ts';
import { stripe } from '../stripe.ts';

/** What a test may want otherwise. */
export interface StripeSetup extends StartStripeFakeOptions {
  readonly options?: Partial<StripeOptions>;
  readonly resilience?: ResilienceInput;
  readonly tenant?: string;
  readonly logger?: Logger;
}

/** An account without anything in it, unless `furnished`, and a client that never repeats by itself. */
export async function openStripe({ options, resilience, tenant, logger, ...others }: StripeSetup = {}) {
  const clock = createVirtualClock();
  const fake = await startFake({ clock, furnished: false, ...others });
  const connect = (more: Partial<StripeOptions> = {}) =>
    createIntegration(stripe, {
      clock,
      random: createRandom(),
      ...(logger !== undefined && { logger }),
      options: { ...fake.options(tenant), ...options, ...more },
      resilience: { retry: false, breaker: false, ...resilience },
    });
  const client = connect();
  const clients = [client];
  const close = async () => {
    for (const one of clients) await clock.until(Promise.resolve(one[Symbol.asyncDispose]()));
    await fake[Symbol.asyncDispose]();
  };
  return {
    clock,
    fake,
    client,
    /** Another client, with options of its own. */
    also(more: Partial<StripeOptions>) {
      const one = connect(more);
      clients.push(one);
      return one;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The error of a call. @throws Error when it succeeds */
export async function failure(call: Promise<unknown>): Promise<IntegrationError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (isIntegrationError(error)) return error;
  throw new Error(error === undefined ? 'it succeeded' : `it threw ${String(error)}`);
}

/** Parameters of a payment of 20 euros that is made at once. */
export const payment = {
  amount: 2_000,
  currency: 'eur',
  payment_method: 'pm_card_visa',
  confirm: true,
  automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
} as const;
