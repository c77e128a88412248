/** A day of customers without browsers: they read pages, fill in forms and follow redirects, as a browser would. Each scene ends with what must be so. */
import assert from 'node:assert/strict';
import type { OpenShop } from './open-shops.ts';
import type { TestCard } from './processors/processor.ts';

/** One thing that happened, and how it ended. */
export interface Scene {
  readonly shop: string;
  readonly title: string;
  readonly problem?: string | undefined;
}

/** What a customer sees. */
interface Page {
  readonly status: number;
  readonly url: string;
  readonly text: string;
}

/** Somebody at a shop. */
class Customer {
  readonly #shop: OpenShop;
  readonly #root: string;
  constructor(url: string, shop: OpenShop) {
    this.#root = url;
    this.#shop = shop;
  }

  /** @returns the address of the new order */
  async order(product: string, quantity = 1): Promise<string> {
    const page = await this.post(`/${this.#shop.id}/orders`, { product, quantity: String(quantity) });
    return page.url;
  }

  /** Pays, as far as the shop leads; at the bank's page the customer does as told. */
  async pay(order: string, card: TestCard, atBank: 'approves' | 'declines' = 'approves'): Promise<Page> {
    const token = await this.#shop.at.tokenize(card);
    const page = await this.post(new URL(`${order}/pay`).pathname, { token });
    if (!page.url.startsWith(this.#shop.at.url)) return page;
    return this.get(await this.#shop.at.finish(page.url, atBank));
  }

  post(path: string, form: Readonly<Record<string, string>>): Promise<Page> {
    return this.#follow(this.#root + path, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin: this.#root },
    });
  }
  get(url: string): Promise<Page> {
    return this.#follow(url, {});
  }

  async #follow(url: string, init: RequestInit): Promise<Page> {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const to = response.headers.get('location');
    const text = await response.text();
    if (to === null) return { status: response.status, url, text };
    const next = new URL(to, url).href;
    return next.startsWith(this.#root) ? this.get(next) : { status: response.status, url: next, text };
  }
}

type Play = (customer: Customer, shop: OpenShop, url: string) => Promise<void>;

/** What happens, in order. */
const scenes: Readonly<Record<string, Play>> = {
  'buys three of a thing, and pays': async (customer) => {
    const page = await customer.pay(await customer.order('1', 3), 'good');
    assert.match(page.text, /Thank you/);
  },
  'is declined, is told why in so far as it helps, and pays with another card': async (customer) => {
    const order = await customer.order('2');
    const page = await customer.pay(order, 'declined');
    assert.match(page.text, /role="alert"/);
    assert.match((await customer.pay(order, 'good')).text, /Thank you/);
  },
  'shows the bank who it is': async (customer) => {
    assert.match((await customer.pay(await customer.order('3'), 'three_d_secure')).text, /Thank you/);
  },
  'cannot show the bank who it is, and is not charged': async (customer, shop) => {
    const order = await customer.order('3');
    assert.match((await customer.pay(order, 'three_d_secure', 'declines')).text, /role="alert"/);
    assert.equal(chargedFor(shop, order), 0n);
  },
  'clicks twice, and is charged once': async (customer, shop) => {
    const order = await customer.order('1');
    const [first, second] = await Promise.all([customer.pay(order, 'good'), customer.pay(order, 'good')]);
    assert.ok([first, second].some(({ text }) => text.includes('Thank you')));
    assert.equal(chargedFor(shop, order), shop.products[0]?.price.minor);
  },
  'hears nothing of the payment, tries again, and is charged once': async (customer, shop) => {
    const order = await customer.order('1');
    shop.at.loseAnswers();
    const lost = await customer.pay(order, 'good');
    assert.match(lost.text, /you are not charged twice/);
    assert.match((await customer.pay(order, 'good')).text, /Thank you/);
    assert.equal(chargedFor(shop, order), shop.products[0]?.price.minor);
  },
  'sends something back, and gets a part and then the rest': async (customer, shop) => {
    const order = await customer.order('1', 2);
    await customer.pay(order, 'good');
    const path = `/${shop.id}/admin/orders/${order.split('/').at(-1)}/refund`;
    const part = shop.currency === 'JPY' ? '500' : '10.00';
    assert.match((await customer.post(path, { amount: part })).text, /partially refunded/);
    await shop.at.pushed();
    await customer.post(path, { amount: '' });
    await shop.at.pushed();
    const page = await customer.get(order);
    assert.match(page.text, /data-status="refunded"/);
  },
  'has every webhook of the day delivered again, twice and backwards': async (_customer, shop, url) => {
    await shop.at.pushed();
    const before = shown(shop);
    const count = await shop.at.repeat(`${url}/${shop.id}/webhooks`);
    assert.ok(count > 10);
    assert.deepEqual(shown(shop), before);
  },
  'is sent a webhook by somebody else': async (customer, shop) => {
    const { status } = await customer.post(`/${shop.id}/webhooks`, {
      id: 'evt_1',
      type: 'payment_intent.succeeded',
    });
    assert.equal(status, 401);
  },
};

/** Plays it in every shop, one scene after the other. */
export async function* playDay(url: string, shops: Iterable<OpenShop>): AsyncGenerator<Scene> {
  for (const shop of shops) {
    shop.at.pushTo(`${url}/${shop.id}/webhooks`);
    for (const [title, play] of Object.entries(scenes)) {
      const problem = await play(new Customer(url, shop), shop, url).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message.split('\n')[0] : String(error)),
      );
      yield { shop: shop.title, title, problem };
    }
  }
}

/** By the processor's own books. */
function chargedFor({ at }: OpenShop, order: string): bigint {
  const id = order.split('/').at(-1) ?? '';
  return at
    .books()
    .filter(({ reference }) => reference.startsWith(`${id}.`))
    .reduce((sum, { captured }) => sum + captured.minor, 0n);
}

function shown(shop: OpenShop): readonly string[] {
  return shop.orders.list().map(({ id, payment }) => `${id} ${payment?.status} ${payment?.refunded.minor}`);
}
