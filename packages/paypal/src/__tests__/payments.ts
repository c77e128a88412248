/** The driver over the fake, as the payment suites open it. */
import {
  createIntegration,
  type IntegrationError,
  isIntegrationError,
  memoryState,
  type StateStore,
} from '@im/core';
import { money } from '@im/payments';
import type { PaymentHarness } from '@im/payments/testing';
import { createRandom, createVirtualClock } from '@im/testing';
import { paypalTraits } from '../driver/facts.ts';
import { paypalDriver } from '../driver/paypal-driver.ts';
import type { StoredEvent } from '../fake/account.ts';
import { testMethods } from '../fake/methods.ts';
import type { StartPaypalFakeOptions } from '../fake/paypal-fake.ts';
import { startFake } from '../fake/start-fake.ts';
import type { PaypalOptions } from '../options.ts';
import { paypal } from '../paypal.ts';

interface Open extends StartPaypalFakeOptions {
  readonly options?: Partial<PaypalOptions>;
  readonly state?: (own: StateStore) => StateStore;
}

/** An account without anything in it, and a driver that acts on it. */
export async function openPaypal({ options, state, ...others }: Open = {}) {
  const clock = createVirtualClock();
  const fake = await startFake({ clock, furnished: false, ...others });
  const memory = memoryState(clock);
  const client = createIntegration(paypal, {
    clock,
    random: createRandom(),
    options: { ...fake.options(), ...options },
    resilience: { retry: false, breaker: false },
    state: state?.(memory) ?? memory,
  });
  return {
    clock,
    fake,
    client,
    driver: paypalDriver(client),
    async [Symbol.asyncDispose]() {
      await clock.until(Promise.resolve(client[Symbol.asyncDispose]()));
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** What the work threw. */
export async function failure(work: Promise<unknown>): Promise<IntegrationError> {
  const error = await work.then(
    (value) => new Error(`it succeeded: ${JSON.stringify(value)}`),
    (caught: unknown) => caught,
  );
  if (isIntegrationError(error)) return error;
  throw error;
}

/** Where the requests of an operation go. */
const paths = {
  create: /\/v2\/checkout\/orders$/,
  capture: /\/v2\/payments\/authorizations\/[^/]+\/capture$/,
  refund: /\/v2\/payments\/captures\/[^/]+\/refund$/,
};

/** Codes of the table that say how a payment ended, and not why. */
const statuses = ['DECLINED', 'DENIED', 'FAILED'];
/** Issues that PayPal's description does not have for new orders, only for those that are confirmed, captured or authorized. */
const laterIssues =
  `PAYMENT_DENIED REFERENCED_CARD_EXPIRED CARD_BRAND_NOT_SUPPORTED CARD_TYPE_NOT_SUPPORTED PAYMENT_SOURCE_NOT_SUPPORTED
  TOKEN_ID_NOT_FOUND DECLINED_DUE_TO_RELATED_TXN PAYER_ACTION_REQUIRED REDIRECT_PAYER_FOR_ALTERNATE_FUNDING`.split(
    /\s+/,
  );

/** For `describePaymentGateway`. `isStrange`: with what PayPal's description does not have, so that its traffic is not judged by that. */
export const paymentHarness = (isStrange: boolean): PaymentHarness => ({
  async open({ withoutSecrets = false } = {}) {
    const opened = await openPaypal({
      ...(isStrange && { record: false }),
      ...(withoutSecrets && { options: { webhookIds: [] } }),
    });
    const { clock, fake, driver } = opened;
    fake.account().settings.reportingDelayMs = 0;
    const orderOf = (id: string) => {
      const order = fake.account().books.orders.get(id);
      if (order === undefined) throw new Error(`no order ${id}`);
      return order;
    };
    return {
      driver,
      clock,
      traits: paypalTraits,
      advance: (ms) => clock.advance(ms),
      tokens: {
        succeeds: testMethods.card,
        declined: testMethods.noFunds,
        ...(isStrange && { unmapped: testMethods.unheardOf }),
        threeDSecure: testMethods.cardThreeDSecure,
      },
      count: async (reference) => fake.ledger().filter((line) => line.reference === reference).length,
      lose: (operation, part) =>
        fake.inject({
          fault: { kind: 'cut', when: part === 'request' ? 'before' : 'after' },
          method: 'POST',
          path: paths[operation],
        }),
      decline: async (code) => {
        if (statuses.includes(code) || (!isStrange && laterIssues.includes(code))) return undefined;
        const kind = /^[A-Z\d]{4}$/.test(code) ? 'card' : 'paypal';
        return { method: fake.saveMethod({ kind, behaviour: { kind: 'declines', code } }) };
      },
      saveMethod: async (customer) => fake.saveMethod({}, customer),
      openDispute: async (payment, amount) =>
        fake.openDispute(orderOf(payment).captures[0]?.id ?? '', { amount }),
      payOut: async (payments) => {
        const brought = payments
          .flatMap((id) => orderOf(id).captures)
          .reduce((sum, { amount, refunds }) => {
            const back = refunds.reduce((all, refund) => all + refund.amount.minor, 0n);
            return sum + amount.minor - back - (amount.minor * 4n) / 100n;
          }, 0n);
        return fake.withdraw(money(brought, 'EUR'));
      },
      finish: async (payment) => fake.decide(payment),
      events: async () =>
        fake.events().map(({ id, type, about: [payment] }) => ({
          id,
          type,
          ...(payment !== undefined && { payment: { id: payment } }),
        })),
      sign: ({ id }, nowMs) =>
        fake.sign(fake.events().find((event) => event.id === id) as StoredEvent, nowMs),
      close: () => opened[Symbol.asyncDispose](),
    };
  },
});
