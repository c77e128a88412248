/** What customers and merchants see. No page has a field for a card: that one is the processor's own, in a frame of its own. */
import type { Payment } from '@im/payments';
import { type Html, html } from '../support/html.ts';
import { shown } from './amounts.ts';
import type { Order } from './orders.ts';
import type { DayReport } from './report.ts';
import type { Shop } from './shops.ts';

/** The list of shops. */
export function homePage(shops: readonly Shop[]): Html {
  return page(
    'Two shops',
    html`<p>Two tenants of one application, each with a processor, a currency and keys of its own.</p>
<ul class="cards">${shops.map(
      (shop) => html`<li><a href="/${shop.id}"><strong>${shop.title}</strong></a>
<span>${shop.currency} · paid through ${shop.processor}</span></li>`,
    )}</ul>`,
  );
}

/** What is for sale. */
export function shopPage(shop: Shop): Html {
  return page(
    shop.title,
    html`<ul class="cards">${shop.products.map(
      (product) => html`<li><strong>${product.title}</strong><span>${shown(shop, product.price)}</span>
<form method="post" action="/${shop.id}/orders">
<input type="hidden" name="product" value="${product.id}">
<label>Quantity <input name="quantity" type="number" value="1" min="1" max="20"></label>
<button>Buy</button></form></li>`,
    )}</ul>`,
    shop,
  );
}

/** An order that is to be paid. `problem`: why the last attempt failed. */
export function payPage(shop: Shop, order: Order, problem: string | undefined): Html {
  return page(
    `Pay ${shown(shop, order.amount)}`,
    html`${problem !== undefined && html`<p class="problem" role="alert">${problem}</p>`}
<p>${order.quantity} × ${order.product.title}</p>
<form id="pay" method="post" action="/${shop.id}/orders/${order.id}/pay">
<div id="card"></div><input type="hidden" name="token"><button>Pay ${shown(shop, order.amount)}</button>
<p class="hint">The card goes to ${shop.processor}, from a frame of its own; this shop sees a token.</p></form>
${shop.card.script !== undefined && html`<script src="${shop.card.script}"></script>`}<script src="/${shop.id}/pay.js"></script>`,
    shop,
  );
}

/** What became of an order. */
export function orderPage(shop: Shop, order: Order, payment: Payment): Html {
  return page(
    outcomes[payment.status] ?? 'On its way',
    html`<dl><dt>Order</dt><dd>${order.id}</dd><dt>Amount</dt><dd>${shown(shop, order.amount)}</dd>
<dt>Payment</dt><dd data-status="${payment.status}">${payment.status.replaceAll('_', ' ')}</dd>
${payment.refunded.minor > 0n && html`<dt>Refunded</dt><dd>${shown(shop, payment.refunded)}</dd>`}</dl>
<p><a href="/${shop.id}">Back to the shop</a></p>`,
    shop,
  );
}

const outcomes: Partial<Record<Payment['status'], string>> = {
  captured: 'Thank you',
  authorized: 'Thank you',
  partially_refunded: 'Partly refunded',
  refunded: 'Refunded',
  failed: 'Not paid',
  voided: 'Given up',
};

/** The merchant's orders. */
export function ordersPage(shop: Shop, orders: readonly Order[]): Html {
  return page(
    'Orders',
    html`<p><a href="/${shop.id}/report">Reconciliation of today</a></p>
<table><thead><tr><th>Order</th><th>Amount</th><th>Payment</th><th>Refunded</th><th></th></tr></thead><tbody>
${orders.toReversed().map(({ id, amount, payment }) => {
  const left = payment && payment.captured.minor - payment.refunded.minor;
  return html`<tr><td>${id}</td><td class="number">${shown(shop, amount)}</td><td>${payment?.status.replaceAll('_', ' ') ?? 'not begun'}</td>
<td class="number">${payment && payment.refunded.minor > 0n ? shown(shop, payment.refunded) : ''}</td><td>${
    left !== undefined &&
    left > 0n &&
    html`<form method="post" action="/${shop.id}/admin/orders/${id}/refund">
<label>Part <input name="amount" placeholder="all that is left" size="12"></label><button>Refund</button></form>`
  }</td></tr>`;
})}
</tbody></table>`,
    shop,
  );
}

/** The day's reconciliation. */
export function reportPage(shop: Shop, report: DayReport): Html {
  return page(
    report.differences.length === 0 ? 'The ledgers agree' : 'The ledgers differ',
    html`<table><thead><tr><th></th><th>Ours</th><th>${shop.processor}</th></tr></thead><tbody>
${report.rows.map(
  ({ title, ours, theirs }) =>
    html`<tr><th scope="row">${title}</th><td class="number">${ours}</td><td class="number">${theirs}</td></tr>`,
)}
</tbody></table>
${report.differences.length > 0 && html`<ul class="problem">${report.differences.map((line) => html`<li>${line}</li>`)}</ul>`}`,
    shop,
  );
}

/** Something that went wrong, without what is nobody's business. */
export function problemPage(title: string, says: string): Html {
  return page(title, html`<p class="problem" role="alert">${says}</p>`);
}

function page(title: string, body: Html, shop?: Shop): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${{ html: style }}</style></head>
<body><header>${
    shop === undefined
      ? html`<a href="/">checkout</a>`
      : html`<a href="/${shop.id}">${shop.title}</a><nav><a href="/${shop.id}/admin">Orders</a></nav>`
  }</header><main><h1>${title}</h1>
${body}</main></body></html>`;
}

const style = `:root{color-scheme:light dark;--line:light-dark(#d8dce3,#3a4150);--soft:light-dark(#f5f6f8,#1d222b);--accent:light-dark(#2456c7,#8fb4ff);--bad:light-dark(#a4262c,#ff9a9e)}
*{box-sizing:border-box}body{margin:0 auto;max-width:46rem;padding:1rem;font:1rem/1.5 system-ui,sans-serif}
header{display:flex;justify-content:space-between;padding-bottom:.6rem;border-bottom:1px solid var(--line)}a{color:var(--accent)}
h1{font-size:1.6rem;margin:1.2rem 0 .8rem}.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:1rem;padding:0;list-style:none}
.cards li{display:grid;gap:.5rem;padding:1rem;border:1px solid var(--line);border-radius:.6rem;background:var(--soft)}
button{font:inherit;padding:.4rem .9rem;border:0;border-radius:.4rem;background:var(--accent);color:light-dark(#fff,#10151f);cursor:pointer}
input{font:inherit;padding:.3rem;border:1px solid var(--line);border-radius:.3rem;background:transparent;color:inherit}iframe{border:1px solid var(--line);border-radius:.6rem}
table{width:100%;border-collapse:collapse}th,td{padding:.45rem .4rem;text-align:left;border-bottom:1px solid var(--line)}.number{text-align:right;font-variant-numeric:tabular-nums}
dl{display:grid;grid-template-columns:auto 1fr;gap:.3rem 1rem}dt{opacity:.7}dd{margin:0}.hint{opacity:.7;font-size:.9rem}.problem{color:var(--bad)}`;
