/** Adyen: the fake of `@im/adyen`. Its card form stands in for the Card component, and gives what that would: encrypted fields. */

import { adyen, adyenDriver } from '@im/adyen';
import { encryptCard, startFake } from '@im/adyen/testing';
import type { Registry } from '@im/core';
import { type Currency, createPaymentGateway, money } from '@im/payments';
import type { Processor, TestCard } from './processor.ts';

const cards: Readonly<Record<TestCard, { readonly number: string; readonly holderName: string }>> = {
  good: { number: '4111111111111111', holderName: 'A. Shopper' },
  declined: { number: '4111111111111111', holderName: 'NOT_ENOUGH_BALANCE' },
  three_d_secure: { number: '4212345678901237', holderName: 'A. Shopper' },
};

/** Registers it for a tenant. */
export async function openAdyen(registry: Registry, tenant: string): Promise<Processor> {
  const fake = await startFake();
  registry.register(adyen, { tenant, options: fake.options(tenant) });
  // What the account had before is nothing of this day's.
  const before = new Set(fake.ledger(tenant).map(({ pspReference }) => pspReference));
  const first = fake.events(tenant).length;
  return {
    title: 'Adyen',
    url: fake.url,
    accepted: '[accepted]',
    card: {
      origin: fake.url,
      mount: `const form = document.querySelector('#pay');
const frame = document.createElement('iframe');
const origin = ${JSON.stringify(fake.url)};
frame.src = origin + '/fake/components/card?origin=' + encodeURIComponent(location.origin);
frame.title = 'Card';
frame.style = 'border:0;width:100%;height:30rem';
document.querySelector('#card').append(frame);
const button = form.querySelector('button');
button.disabled = true;
addEventListener('message', (event) => {
  if (event.source !== frame.contentWindow || event.origin !== origin || !event.data.isValid) return;
  form.elements.token.value = JSON.stringify(event.data.data);
  button.disabled = false;
});
`,
    },
    gateway: (setup) => createPaymentGateway(adyenDriver(registry.tenant(tenant).get(adyen)), setup),
    books: () =>
      fake
        .ledger(tenant)
        .filter(({ pspReference }) => !before.has(pspReference))
        .map(({ reference, currency, captured, refunded }) => {
          const amount = (minor: number) => money(BigInt(minor), currency as Currency);
          return { reference, captured: amount(captured), refunded: amount(refunded) };
        }),
    tokenize: async (card) => JSON.stringify({ paymentMethod: encryptCard({ ...cards[card], ...validity }) }),
    finish: async (page, outcome) => {
      const choice = outcome === 'approves' ? 'approve' : 'decline';
      const response = await fetch(`${page}/${choice}`, { method: 'POST', redirect: 'manual' });
      return response.headers.get('location') ?? '';
    },
    typeCard: async (page, card) => {
      const frame = page.frameLocator('#card iframe');
      const { number, holderName } = cards[card];
      const fields = { number, expiry: '03/30', cvc: validity.cvc, holderName };
      for (const [name, value] of Object.entries(fields)) await frame.locator(`[name=${name}]`).fill(value);
      await frame.getByRole('button', { name: 'Use this card' }).click();
      return number;
    },
    pushTo: (url) => {
      fake.account(tenant).webhookUrl = url;
    },
    pushed: () => fake.pushed(),
    repeat: async (url) => {
      const twice = fake
        .events(tenant)
        .slice(first)
        .flatMap((event) => [event, event])
        .toReversed();
      for (const event of twice) {
        const { body, headers } = fake.sign([event], tenant);
        await fetch(url, { method: 'POST', body, headers });
      }
      return twice.length;
    },
    loseAnswers: () =>
      fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'POST', path: /\/payments$/, times: 3 }),
    [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
  };
}

const validity = { expiryMonth: '03', expiryYear: '2030', cvc: '737' };
