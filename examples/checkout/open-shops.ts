/** Two tenants, each with a processor, keys, a currency and a gateway of its own. */
import { createRegistry, memoryState, type Registry, type StateStore, scopedState } from '@im/core';
import { type Currency, formatMoney, type Money, type PaymentAlert, parseMoney } from '@im/payments';
import { createOrders, type Product } from './orders.ts';
import { openAdyen } from './processors/adyen.ts';
import type { Processor } from './processors/processor.ts';
import { openStripe } from './processors/stripe.ts';
import type { Shop } from './shops.ts';

/** A shop, with the processor that customers meet. */
export interface OpenShop extends Shop {
  readonly at: Processor;
}

/** All shops, by their names. Disposing closes the processors and the registry. */
export interface OpenShops extends AsyncDisposable {
  readonly byName: ReadonlyMap<string, OpenShop>;
}

interface Tenant {
  readonly id: string;
  readonly title: string;
  readonly language: string;
  readonly currency: Currency;
  readonly goods: readonly (readonly [title: string, price: string])[];
  readonly open: (registry: Registry, tenant: string) => Promise<Processor>;
}

const tenants: readonly Tenant[] = [
  {
    id: 'nordlicht',
    title: 'Nordlicht Lamps',
    language: 'en-IE',
    currency: 'EUR',
    goods: [
      ['Reading lamp', '89.90'],
      ['Candle, three hours', '4.50'],
      ['Chandelier', '2400.00'],
    ],
    open: openStripe,
  },
  {
    id: 'sakura',
    title: 'Sakura Paper',
    language: 'en-JP',
    currency: 'JPY',
    goods: [
      ['Notebook', '1200'],
      ['Origami set', '480'],
      ['Folding screen', '98000'],
    ],
    open: openAdyen,
  },
];

/** What a customer is told of a decline: never more than is of use, and nothing about fraud. */
const declines: Readonly<Record<string, string>> = {
  'payment.declined.funds': 'There is not enough money on this card.',
  'payment.declined.expired': 'This card has expired.',
  'payment.declined.details': 'Something in what you typed is not right.',
  'payment.declined.authentication': 'Your bank could not make sure that it is you.',
};

/** Opens them. */
export async function openShops(onAlert: (alert: PaymentAlert) => void): Promise<OpenShops> {
  await using opening = new AsyncDisposableStack();
  const registry = opening.use(createRegistry());
  // In production one that outlives the process: what was under way at a crash is found there.
  const state = opening.use(memoryState());
  const byName = new Map<string, OpenShop>();
  for (const tenant of tenants) {
    const at = opening.use(await tenant.open(registry, tenant.id));
    byName.set(tenant.id, shopOf(tenant, at, scopedState(state, tenant.id), onAlert));
  }
  await registry.enableAll();
  const closing = opening.move();
  return { byName, [Symbol.asyncDispose]: () => closing.disposeAsync() };
}

function shopOf(
  tenant: Tenant,
  at: Processor,
  state: StateStore,
  onAlert: (alert: PaymentAlert) => void,
): OpenShop {
  const { id, title, language, currency, goods } = tenant;
  const orders = createOrders(Date.now);
  const gateway = at.gateway({ state, onAlert });
  const products: readonly Product[] = goods.map(([name, price], index) => ({
    id: String(index + 1),
    title: name,
    price: parseMoney(price, currency),
  }));
  return {
    id,
    title,
    language,
    currency,
    products,
    orders,
    gateway,
    at,
    processor: at.title,
    card: at.card,
    accepted: at.accepted,
    // Whatever the event says, the payment was asked for anew: the order learns how it is now.
    inbox: gateway.inbox({
      handle: async (_event, payment) => {
        if (payment !== undefined) orders.learn(payment);
      },
    }),
    says: (messageKey = '') => declines[messageKey] ?? 'Your bank did not agree. Try another card.',
    books: () => at.books(),
    now: Date.now,
  };
}

/** `12.50 EUR`, for the terminal. */
export function plainly(amount: Money): string {
  return `${formatMoney(amount)} ${amount.currency}`;
}
