/**
 * Pages of the fake's own, for browsers: where a customer authenticates, where one pays, and a form for card data in a frame. The form speaks
 * to the fake itself, so that no number reaches the shop's page; its script has the few functions of Stripe.js that are needed for it.
 */

import { formatMoney } from '@im/payments';
import type { FakeRequest, FakeResponse } from '@im/testing';
import { fromStripeAmount } from '../currencies.ts';
import type { Account } from './account.ts';
import { payCheckout } from './checkout.ts';
import { readInput } from './input.ts';
import { finishIntent } from './intent-charge.ts';
import { methodOf } from './methods.ts';
import { finishSetup } from './setups.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string) => text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? sign);

function page(title: string, body: string, status = 200): FakeResponse {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:26rem;padding:0 1rem}label{display:block;margin:.5rem 0}input{font:inherit;width:100%;box-sizing:border-box;padding:.4rem}button{font:inherit;padding:.5rem 1rem;margin:.5rem .5rem 0 0}[role=alert]{color:#b00020}</style>
${body}</html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: html };
}

const redirect = (location: string): FakeResponse => ({ status: 303, headers: { location }, body: '' });

const cardFields = `<label>Card number <input name="number" inputmode="numeric" autocomplete="cc-number" required></label>
<label>Month <input name="exp_month" inputmode="numeric" autocomplete="cc-exp-month" required></label>
<label>Year <input name="exp_year" inputmode="numeric" autocomplete="cc-exp-year" required></label>
<label>Security code <input name="cvc" inputmode="numeric" autocomplete="cc-csc" required></label>`;

function shownAmount(amount: number, currency: string): string {
  const money = fromStripeAmount(amount, currency);
  return `${formatMoney(money)} ${money.currency}`;
}

/** The page on which a customer authenticates. */
export function actionPage(account: Account, id: string): FakeResponse {
  const intent = account.find('payment_intent', id) ?? account.find('setup_intent', id);
  if (intent?.status !== 'requires_action')
    return page('Nothing to do', '<p>There is nothing to confirm here.</p>', 404);
  const what =
    intent.object === 'payment_intent'
      ? `Pay ${shownAmount(intent.amount, intent.currency)}`
      : 'Save your card';
  return page(
    '3-D Secure',
    `<h1>Your bank asks</h1><p>${escaped(what)}?</p>
<form method="post"><button name="outcome" value="approve">Approve</button><button name="outcome" value="decline">Decline</button></form>`,
  );
}

/** What becomes of the choice: the customer goes back to the shop. */
export function chooseAction(account: Account, id: string, isApproved: boolean): FakeResponse {
  const back = finishAction(account, id, isApproved);
  return back === undefined ? page('Done', '<p>You can close this page.</p>') : redirect(back);
}

/** @returns the address to which the customer goes back */
export function finishAction(account: Account, id: string, isApproved: boolean): string | undefined {
  account.settle();
  const payment = account.find('payment_intent', id);
  const intent = payment ?? account.get('setup_intent', id);
  const to = intent.next_action?.redirect_to_url?.return_url;
  if (payment !== undefined) finishIntent(account, payment, isApproved);
  else finishSetup(account, account.get('setup_intent', id), isApproved);
  if (to === undefined || to === null) return undefined;
  const url = new URL(to);
  url.searchParams.set(intent.object, id);
  url.searchParams.set(`${intent.object}_client_secret`, intent.client_secret ?? '');
  url.searchParams.set(
    'redirect_status',
    intent.status === 'requires_payment_method' ? 'failed' : 'succeeded',
  );
  return url.href;
}

/** The page on which a customer pays. */
export function checkoutPage(account: Account, id: string, problem = ''): FakeResponse {
  const session = account.find('checkout.session', id);
  if (session?.status !== 'open') return page('Closed', '<p>This page is closed.</p>', 404);
  const amount = shownAmount(session.amount_total ?? 0, session.currency ?? 'usd');
  const back = session.cancel_url === null ? '' : `<p><a href="${escaped(session.cancel_url)}">Back</a></p>`;
  return page(
    'Pay',
    `<h1>Pay ${escaped(amount)}</h1>${problem === '' ? '' : `<p role="alert">${escaped(problem)}</p>`}
<form method="post">${cardFields}<button>Pay</button></form>${back}`,
  );
}

/** The customer has filled the form in. */
export function pay(account: Account, id: string, request: FakeRequest): FakeResponse {
  account.settle();
  try {
    const fields = [...request.form()].map(([name, value]) => [`card[${name}]`, value] as const);
    const method = methodOf(account, readInput([['type', 'card'], ...fields]));
    const session = payCheckout(account, account.get('checkout.session', id), method.id);
    return redirect((session.success_url ?? '').replaceAll('{CHECKOUT_SESSION_ID}', id));
  } catch (thrown) {
    const problem = (thrown as { readonly json?: { readonly error?: { readonly message?: string } } }).json
      ?.error?.message;
    if (problem === undefined) throw thrown;
    return checkoutPage(account, id, problem);
  }
}

/** The form for card data, to stand in a frame of the shop's page. */
export function cardFrame(): FakeResponse {
  return page(
    'Card',
    `<form>${cardFields}<p role="alert" hidden></p></form><script>
addEventListener('message', async ({ data, source }) => {
  if (source !== parent || data?.type !== 'create') return;
  const form = new FormData(document.querySelector('form'));
  const body = new URLSearchParams({ type: 'card' });
  for (const [name, value] of form) body.set('card[' + name + ']', value);
  const headers = { authorization: 'Bearer ' + data.key };
  const response = await fetch('/v1/payment_methods', { method: 'POST', headers, body });
  const answer = await response.json();
  const alert = document.querySelector('[role=alert]');
  alert.hidden = response.ok;
  alert.textContent = response.ok ? '' : answer.error.message;
  parent.postMessage(response.ok
    ? { type: 'created', turn: data.turn, paymentMethod: { id: answer.id, card: answer.card } }
    : { type: 'created', turn: data.turn, error: { type: answer.error.type, code: answer.error.code, message: answer.error.message } }, '*');
});
parent.postMessage({ type: 'ready' }, '*');
</script>`,
  );
}

/**
 * The script of the shop's page: `Stripe(key).elements().create('card').mount('#card')`, then
 * `stripe.createPaymentMethod({ type: 'card', card })`, as with Stripe.js.
 */
export function script(base: string): FakeResponse {
  const body = `(() => {
const base = ${JSON.stringify(base)};
let turns = 0;
class Card {
  mount(place) {
    const parent = typeof place === 'string' ? document.querySelector(place) : place;
    this.frame = document.createElement('iframe');
    this.frame.src = base + '/elements/card';
    this.frame.title = 'Card';
    this.frame.style = 'border:0;width:100%;height:22rem';
    parent.append(this.frame);
    this.ready = new Promise((resolve) => addEventListener('message', ({ source, origin, data }) => {
      if (source === this.frame.contentWindow && origin === base && data.type === 'ready') resolve();
    }));
  }
}
window.Stripe = (key) => ({
  elements: () => ({ create: () => new Card() }),
  createPaymentMethod: async ({ card }) => {
    await card.ready;
    const turn = ++turns;
    return new Promise((resolve) => {
      const listen = ({ source, origin, data }) => {
        if (source !== card.frame.contentWindow || origin !== base || data.turn !== turn) return;
        removeEventListener('message', listen);
        resolve(data.error ? { error: data.error } : { paymentMethod: data.paymentMethod });
      };
      addEventListener('message', listen);
      card.frame.contentWindow.postMessage({ type: 'create', key, turn }, base);
    });
  },
});
})();
`;
  return { headers: { 'content-type': 'text/javascript; charset=utf-8' }, body };
}
