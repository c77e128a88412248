/** Stripe: the fake of `@im/stripe`, whose page stands in for Stripe.js. */
import type { Registry } from '@im/core';
import { type Currency, createPaymentGateway, money } from '@im/payments';
import { stripe, stripeDriver } from '@im/stripe';
import { startFake } from '@im/stripe/testing';
import type { Processor, TestCard } from './processor.ts';

const methods: Readonly<Record<TestCard, string>> = {
  good: 'pm_card_visa',
  declined: 'pm_card_visa_chargeDeclinedInsufficientFunds',
  three_d_secure: 'pm_card_threeDSecureRequired',
};

const numbers: Readonly<Record<TestCard, string>> = {
  good: '4242424242424242',
  declined: '4000000000009995',
  three_d_secure: '4000000000003220',
};

/** Registers it for a tenant, on an account that is empty. */
export async function openStripe(registry: Registry, tenant: string): Promise<Processor> {
  const fake = await startFake({ furnished: false });
  registry.register(stripe, { tenant, options: fake.options(tenant) });
  let pusher: ReturnType<typeof fake.pushTo> | undefined;
  return {
    title: 'Stripe',
    url: fake.url,
    accepted: 'ok',
    card: {
      origin: fake.url,
      script: fake.scriptUrl,
      mount: `const form = document.querySelector('#pay');
const stripe = Stripe(${JSON.stringify(fake.publishableKey(tenant))});
const card = stripe.elements().create('card');
card.mount('#card');
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { paymentMethod } = await stripe.createPaymentMethod({ type: 'card', card });
  if (paymentMethod === undefined) return;
  form.elements.token.value = paymentMethod.id;
  form.submit();
});
`,
    },
    gateway: (setup) => createPaymentGateway(stripeDriver(registry.tenant(tenant).get(stripe)), setup),
    books: () =>
      fake.ledger(tenant).map(({ metadata, currency, captured, refunded }) => {
        // The shops' currencies have the same smallest unit at Stripe as everywhere.
        const amount = (minor: number) => money(BigInt(minor), currency.toUpperCase() as Currency);
        return {
          reference: metadata.im_reference ?? '',
          captured: amount(captured),
          refunded: amount(refunded),
        };
      }),
    tokenize: async (card) => methods[card],
    finish: async (page, outcome) => {
      const body = new URLSearchParams({ outcome: outcome === 'approves' ? 'approve' : 'decline' });
      const response = await fetch(page, { method: 'POST', body, redirect: 'manual' });
      return response.headers.get('location') ?? '';
    },
    typeCard: async (page, card) => {
      const number = numbers[card];
      const frame = page.frameLocator('#card iframe');
      const fields = { number, exp_month: '12', exp_year: '2040', cvc: '314' };
      for (const [name, value] of Object.entries(fields)) await frame.locator(`[name=${name}]`).fill(value);
      return number;
    },
    pushTo: (url) => {
      pusher = fake.pushTo(url, tenant);
    },
    pushed: async () => {
      await pusher?.idle;
    },
    repeat: async (url) => {
      const events = fake.events(tenant);
      const twice = events.flatMap((event) => [event, event]).toReversed();
      for (const event of twice) {
        const { body, headers } = fake.sign(event, Date.now(), tenant);
        await fetch(url, { method: 'POST', body, headers });
      }
      return twice.length;
    },
    loseAnswers: () =>
      fake.inject({
        fault: { kind: 'cut', when: 'after' },
        method: 'POST',
        path: /^\/v1\/payment_intents/,
        times: 3,
      }),
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}
