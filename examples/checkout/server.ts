/** The pages of the shops, and the endpoints of their webhooks, on loopback. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { errorCode, isIntegrationError } from '@im/core';
import { type Payment, parseMoney } from '@im/payments';
import type { Html } from '../support/html.ts';
import { type Order, referenceOf } from './orders.ts';
import { homePage, orderPage, ordersPage, payPage, problemPage, reportPage, shopPage } from './pages.ts';
import { reportOfDay } from './report.ts';
import type { Shop } from './shops.ts';

/** A running server. */
export interface ShopServer extends AsyncDisposable {
  readonly url: string;
}

interface Visit {
  readonly shop: Shop;
  readonly id: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | undefined>>;
}
type Answer =
  | { readonly page: Html; readonly status?: number }
  | { readonly to: string }
  | { readonly text: string; readonly type?: string };

/** A visitor asked for something that is not there, or that cannot be done. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number, says: string) {
    super(says);
    this.status = status;
  }
}

/** All that a shop answers, below its name. */
const routes: Readonly<Record<string, (visit: Visit, url: string) => Promise<Answer> | Answer>> = {
  'GET /': ({ shop }) => ({ page: shopPage(shop) }),
  'GET /pay.js': ({ shop }) => ({ text: shop.card.mount, type: 'text/javascript' }),
  'POST /orders': placeOrder,
  'GET /orders/*': ({ shop, id }) => showOrder(shop, orderOf(shop, id)),
  'POST /orders/*/pay': pay,
  'GET /orders/*/return': comeBack,
  'POST /webhooks': takeWebhook,
  'GET /admin': ({ shop }) => ({ page: ordersPage(shop, shop.orders.list()) }),
  'POST /admin/orders/*/refund': refund,
  'GET /report': async ({ shop }) => ({ page: reportPage(shop, await reportOfDay(shop)) }),
};

/** Starts the server. `port` 0: any that is free. `shops` are asked for when the address is known. */
export async function startServer(
  port: number,
  shops: ReadonlyMap<string, Shop>,
  onError: (error: unknown) => void,
): Promise<ShopServer> {
  const server: Server = createServer((request, response) => {
    answer(request, shops, url)
      .catch((error: unknown) => explain(error, onError))
      .then((given) => send(response, given, shops))
      .catch(onError);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  request: IncomingMessage,
  shops: ReadonlyMap<string, Shop>,
  url: string,
): Promise<Answer> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', url);
  if (pathname === '/') return { page: homePage([...shops.values()]) };
  const [, name = '', ...rest] = pathname.split('/');
  const shop = shops.get(name);
  const id = rest[rest.indexOf('orders') + 1] ?? '';
  const pattern = `/${rest.map((part) => (part === id && rest.includes('orders') ? '*' : part)).join('/')}`;
  const route = routes[`${request.method} ${pattern}`];
  if (shop === undefined || route === undefined) throw new Refusal(404, 'there is no such page');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  // A form of another site's page is none of ours. Webhooks come from no page, and are signed.
  if (isForm && request.headers.origin !== undefined && request.headers.origin !== url)
    throw new Refusal(403, 'the form belongs to another site');
  const body = await buffer(request);
  const form = new URLSearchParams(isForm ? body.toString() : '');
  const headers = request.headers as Visit['headers'];
  return route({ shop, id, query, form, body, headers }, url);
}

function placeOrder({ shop, form }: Visit): Answer {
  const product = shop.products.find(({ id }) => id === form.get('product'));
  const quantity = Number(form.get('quantity') ?? 1);
  if (product === undefined) throw new Refusal(404, 'this is not for sale');
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 20)
    throw new Refusal(400, 'the quantity must be between 1 and 20');
  return { to: `/${shop.id}/orders/${shop.orders.place(product, quantity).id}` };
}

/** Pays with a token. Sent twice, by a double click, it is the same payment: the reference says so. */
async function pay({ shop, id, form }: Visit, url: string): Promise<Answer> {
  const order = orderOf(shop, id);
  if (order.payment?.status === 'failed') {
    order.attempt += 1;
    order.payment = undefined;
  }
  const payment = await shop.gateway.create({
    reference: referenceOf(order),
    amount: order.amount,
    method: form.get('token') ?? undefined,
    returnUrl: `${url}/${shop.id}/orders/${id}/return`,
    description: `${order.quantity} × ${order.product.title}`,
  });
  return proceed(shop, order, payment);
}

/** The customer is back from the step at the bank. A webhook may have been here before. */
async function comeBack({ shop, id, query }: Visit): Promise<Answer> {
  const order = orderOf(shop, id);
  const now = await shop.gateway.retrieve({ reference: referenceOf(order) });
  if (now.status !== 'requires_action') return proceed(shop, order, now);
  const payment = await shop.gateway.confirm(now, {
    reference: `${referenceOf(order)}.return`,
    returned: Object.fromEntries(query),
  });
  return proceed(shop, order, payment);
}

function proceed(shop: Shop, order: Order, payment: Payment): Answer {
  shop.orders.learn(payment);
  const action = payment.status === 'requires_action' ? payment.nextAction : undefined;
  if (action !== undefined && 'url' in action) return { to: action.url };
  return { to: `/${shop.id}/orders/${order.id}` };
}

function showOrder(shop: Shop, order: Order): Answer {
  const { payment } = order;
  if (payment === undefined) return { page: payPage(shop, order, undefined) };
  if (payment.status === 'failed')
    return { page: payPage(shop, order, shop.says(payment.decline?.messageKey)) };
  return { page: orderPage(shop, order, payment) };
}

async function refund({ shop, id, form }: Visit): Promise<Answer> {
  const order = orderOf(shop, id);
  const payment = await shop.gateway.retrieve({ reference: referenceOf(order) });
  const text = form.get('amount') ?? '';
  const refunds = payment.refunds.length + 1;
  const refunded = await shop.gateway.refund(payment.id, {
    reference: `${referenceOf(order)}.refund-${refunds}`,
    ...(text !== '' && { amount: parseMoney(text, order.amount.currency) }),
  });
  shop.orders.learn(refunded);
  return { to: `/${shop.id}/admin` };
}

async function takeWebhook({ shop, body, headers }: Visit): Promise<Answer> {
  await shop.inbox.receive({ body, headers });
  return { text: shop.accepted };
}

function orderOf(shop: Shop, id: string): Order {
  const order = shop.orders.get(id);
  if (order === undefined) throw new Refusal(404, 'there is no such order');
  return order;
}

const statuses: Partial<Record<string, number>> = {
  invalid_argument: 400,
  failed_precondition: 409,
  unauthenticated: 401,
  not_found: 404,
  unavailable: 503,
};

/** The visitor is told what to do, the log what happened. */
function explain(error: unknown, onError: (error: unknown) => void): Answer {
  if (error instanceof Refusal)
    return { page: problemPage('Not possible', error.message), status: error.status };
  onError(error);
  const says =
    isIntegrationError(error) && error.effect === 'unknown'
      ? 'We do not know yet whether you were charged. Load this page again: you are not charged twice.'
      : 'This did not work. Nothing was charged.';
  return { page: problemPage('Not now', says), status: statuses[errorCode(error)] ?? 500 };
}

function send(response: ServerResponse, given: Answer, shops: ReadonlyMap<string, Shop>): void {
  if ('to' in given) {
    response.writeHead(303, { location: given.to }).end();
    return;
  }
  if ('text' in given) {
    response.writeHead(200, { 'content-type': given.type ?? 'text/plain; charset=utf-8' }).end(given.text);
    return;
  }
  const processors = [...shops.values()].map(({ card }) => card.origin).join(' ');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'self' ${processors}; frame-src ${processors}; form-action 'self' ${processors}; base-uri 'none'; frame-ancestors 'none'`;
  response
    .writeHead(given.status ?? 200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
    })
    .end(given.page.html);
}
