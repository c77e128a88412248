/** Pages that a shopper sees: the bank's, Adyen's own checkout, and a card form that keeps numbers from the shop. Plain HTML, for browsers and tests. */
import type { FakeResponse } from '@im/testing';
import { cardKinds } from './cards.ts';

const escaped = (text: string) => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

export function page(title: string, body: string): FakeResponse {
  return {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title>
<style>body{font:16px system-ui;margin:2rem auto;max-width:26rem;padding:0 1rem}button,input,select{font:inherit;padding:.5rem;margin:.25rem 0;width:100%;box-sizing:border-box}</style>
</head><body><h1>${escaped(title)}</h1>${body}</body></html>`,
  };
}

export const goTo = (url: string): FakeResponse => ({ status: 303, headers: { location: url } });

const form = (action: string, id: string, label: string, more = '') =>
  `<form method="post" action="${escaped(action)}">${more}<button id="${id}" type="submit">${escaped(label)}</button></form>`;

/** The shopper approves or declines. */
export function choicePage(path: string, amount: string, reference: string): FakeResponse {
  return page(
    'Test bank',
    `<p>Pay <strong>${escaped(amount)}</strong> for ${escaped(reference)}?</p>${form(`${path}/approve`, 'approve', 'Approve')}${form(`${path}/decline`, 'decline', 'Decline')}`,
  );
}

/** Adyen's hosted checkout, and its payment links. */
export function checkoutPage(path: string, amount: string, reference: string): FakeResponse {
  const cards = Object.entries(cardKinds)
    .map(
      ([number, { brand, threeDSecure }]) =>
        `<option value="${number}">${brand} …${number.slice(-4)}${threeDSecure ? ' (3-D Secure)' : ''}</option>`,
    )
    .join('');
  const holder = '<label>Name on card <input name="holderName" value="A. Shopper"></label>';
  return page(
    'Checkout',
    `<p><strong>${escaped(amount)}</strong> for ${escaped(reference)}</p>${form(`${path}/pay`, 'pay', 'Pay', `<label>Card <select name="number">${cards}</select></label>${holder}`)}${form(`${path}/cancel`, 'cancel', 'Cancel')}`,
  );
}

/**
 * The card form, to be framed by a shop. What was typed goes to the fake alone; the page that frames it gets the state that Adyen's component would
 * give, by `postMessage` to the origin that it names.
 */
export function cardFormPage(origin: string): FakeResponse {
  return page(
    'Card',
    `<form id="card"><label>Number <input name="number" inputmode="numeric" autocomplete="cc-number" required></label>
<label>Expires <input name="expiry" placeholder="03/30" required></label><label>CVC <input name="cvc" inputmode="numeric" required></label>
<label>Name <input name="holderName"></label><button id="save" type="submit">Use this card</button></form>
<script>
document.getElementById('card').addEventListener('submit', async (event) => {
  event.preventDefault();
  const response = await fetch('/fake/components/encrypt', { method: 'POST', body: new URLSearchParams(new FormData(event.target)) });
  const data = await response.json();
  window.parent.postMessage({ type: 'adyen:onChange', data, isValid: response.ok }, ${JSON.stringify(origin).replaceAll('<', '\\u003c')});
});
</script>`,
  );
}
