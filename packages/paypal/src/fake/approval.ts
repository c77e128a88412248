/** What a customer agrees to on PayPal's pages: orders, saved methods, subscriptions. A test agrees by a call, a browser on an HTML page. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Account, Behaviour } from './account.ts';
import { startSubscription } from './billing.ts';
import { payerId } from './ids.ts';
import { money } from './requests.ts';
import { orderMs } from './routes/orders.ts';
import { showOrder } from './show.ts';
import { emit, type World } from './world.ts';

/** What the customer decides. `declined`: agrees, with a method that will not pay. */
export type Decision = 'approve' | 'declined' | 'cancel';

/** Something that waits for a customer. */
interface Pending {
  readonly title: string;
  readonly what: string;
  /** @returns where the customer goes then; `undefined`: nowhere is known */
  readonly decide: (decision: Decision) => string | undefined;
}

const declined: Behaviour = { kind: 'declines', code: 'INSTRUMENT_DECLINED' };

/** Where the customer comes back to, with what PayPal adds. */
function back(url: string | undefined, parameters: Readonly<Record<string, string>>): string | undefined {
  const target = url === undefined ? undefined : (URL.parse(url) ?? undefined);
  for (const [name, value] of Object.entries(parameters)) target?.searchParams.set(name, value);
  return target?.href;
}

/** What waits under this id, in whichever account. */
export function pendingOf(world: World, id: string): Pending | undefined {
  for (const account of world.accounts.values()) {
    const pending = orderOf(world, account, id) ?? tokenOf(account, id) ?? subscriptionOf(world, account, id);
    if (pending !== undefined) return pending;
  }
  return undefined;
}

function orderOf(world: World, account: Account, id: string): Pending | undefined {
  const order = account.books.orders.get(id);
  const isOpen = order?.status === 'CREATED' || order?.status === 'PAYER_ACTION_REQUIRED';
  if (order === undefined || !isOpen || world.clock.now() >= order.touchedAt + orderMs) return undefined;
  const { value, currency_code } = money(order.amount);
  return {
    title: 'Pay with PayPal',
    what: `${value} ${currency_code} to ${account.email}`,
    decide(decision) {
      if (decision === 'cancel') return back(order.cancelUrl ?? order.returnUrl, { token: id });
      const source = order.source ?? { kind: 'paypal', behaviour: { kind: 'pays' } };
      order.source = decision === 'declined' ? { ...source, behaviour: declined } : source;
      order.status = 'APPROVED';
      order.touchedAt = world.clock.now();
      order.updatedAt = world.clock.now();
      emit(world, account, {
        type: 'CHECKOUT.ORDER.APPROVED',
        resourceType: 'checkout-order',
        resource: showOrder(world, account, order, true),
        summary: 'An order has been approved by buyer',
        about: [id],
      });
      return back(order.returnUrl, { token: id, PayerID: payerId('payer', 'customer@personal.example.com') });
    },
  };
}

function tokenOf(account: Account, id: string): Pending | undefined {
  const token = account.books.setupTokens.get(id);
  if (token?.status !== 'PAYER_ACTION_REQUIRED') return undefined;
  return {
    title: 'Save PayPal for later',
    what: `${account.email} may charge you later`,
    decide(decision) {
      if (decision === 'cancel') return back(token.cancelUrl, { approval_session_id: id });
      token.status = 'APPROVED';
      return back(token.returnUrl, { approval_token_id: id, approval_session_id: id });
    },
  };
}

function subscriptionOf(world: World, account: Account, id: string): Pending | undefined {
  const subscription = account.books.subscriptions.get(id);
  if (subscription?.status !== 'APPROVAL_PENDING') return undefined;
  const context = subscription.fields.application_context as
    | { return_url?: string; cancel_url?: string }
    | undefined;
  return {
    title: 'Subscribe with PayPal',
    what: `${String(subscription.plan.fields.name)} of ${account.email}`,
    decide(decision) {
      if (decision === 'cancel') return back(context?.cancel_url, { subscription_id: id, ba_token: id });
      subscription.declines = decision === 'declined';
      startSubscription(world, account, subscription);
      return back(context?.return_url, { subscription_id: id, ba_token: id, token: id });
    },
  };
}

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const page = (status: number, title: string, body: string): FakeResponse => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>body{font:1rem/1.5 system-ui;margin:3rem auto;max-width:26rem;padding:0 1rem}button{display:block;width:100%;margin:.5rem 0;padding:.8rem;font:inherit}</style><main><p>Fake PayPal: no real money</p><h1>${escaped(title)}</h1>${body}</main></html>`,
});

const tokenParameters = ['token', 'approval_session_id', 'ba_token'];

/** The pages, by path. They need no credential: the link is what a customer has. */
export function approvalRoutes(world: World) {
  const idIn = (values: URLSearchParams) =>
    tokenParameters.map((name) => values.get(name)).find(Boolean) ?? '';
  const show = (request: FakeRequest): FakeResponse => {
    const id = idIn(request.query);
    const pending = pendingOf(world, id);
    if (pending === undefined)
      return page(404, 'Things don’t appear to be working', '<p>The session has expired or is done.</p>');
    const button = (decision: Decision, label: string) =>
      `<button name="decision" value="${decision}">${label}</button>`;
    return page(
      200,
      pending.title,
      `<p>${escaped(pending.what)}</p><form method="post" action="/checkoutnow"><input type="hidden" name="token" value="${escaped(id)}">${button('approve', 'Agree')}${button('declined', 'Agree, with a method that is declined')}${button('cancel', 'Cancel')}</form>`,
    );
  };
  return {
    'GET /checkoutnow': show,
    'GET /agreements/approve': show,
    'GET /webapps/billing/subscriptions': show,
    'POST /checkoutnow': (request: FakeRequest): FakeResponse => {
      const form = request.form();
      const decision = form.get('decision');
      const pending = pendingOf(world, idIn(form));
      if (
        pending === undefined ||
        (decision !== 'approve' && decision !== 'declined' && decision !== 'cancel')
      )
        return page(404, 'Things don’t appear to be working', '<p>The session has expired or is done.</p>');
      const location = pending.decide(decision);
      if (location === undefined) return page(200, 'Done', '<p>You can go back to the shop.</p>');
      return { status: 303, headers: { location } };
    },
  };
}
