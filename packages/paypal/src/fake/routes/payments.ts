/** `/v2/payments` */
import { subtractMoney } from '@im/payments';
import type { FakeRequest } from '@im/testing';
import type { Account, Authorization } from '../account.ts';
import { lapse, reauthorize, voidAuthorization } from '../authorizations.ts';
import { captureAuthorization } from '../ledger.ts';
import { refundCapture } from '../refunds.ts';
import { amountOf, bodyOf, found, textOf } from '../requests.ts';
import { capturedOf, showAuthorization, showCapture, showRefund, wantsAll } from '../show.ts';
import type { World } from '../world.ts';
import { keys, type RouteTable } from './table.ts';

/** A minimal answer: https://developer.paypal.com/api/rest/requests/#prefer */
const shape = (request: FakeRequest, full: Record<string, unknown>) =>
  wantsAll(request) ? full : { id: full.id, status: full.status, links: full.links };

export function paymentRoutes(world: World): RouteTable {
  const authorizationOf = (request: FakeRequest, account: Account): Authorization => {
    const authorization = found(account.books.authorizations.get(request.params.id ?? ''));
    lapse(world, account, authorization);
    return authorization;
  };
  const captureOf = (request: FakeRequest, account: Account) =>
    found(account.books.captures.get(request.params.id ?? ''));

  return {
    'GET /v2/payments/authorizations/:id': (request, account) => ({
      json: showAuthorization(world, authorizationOf(request, account)),
    }),
    'POST /v2/payments/authorizations/:id/capture': {
      keys: keys.payments,
      run: (request, account) => {
        const authorization = authorizationOf(request, account);
        const body = bodyOf(request);
        const own = authorization.order.captures.filter((one) => one.authorization === authorization);
        const left = subtractMoney(authorization.amount, capturedOf(own, authorization.amount.currency));
        const orderInvoice = textOf(authorization.order.units[0]?.invoice_id);
        const capture = captureAuthorization(world, account, authorization, {
          amount: body.amount === undefined ? left : amountOf(body.amount, '/amount/value'),
          invoiceId: textOf(body.invoice_id) ?? (own.length === 0 ? orderInvoice : undefined),
          isFinal: body.final_capture === true,
        });
        return { again: 201, show: () => shape(request, showCapture(world, capture)) };
      },
    },
    'POST /v2/payments/authorizations/:id/reauthorize': {
      keys: keys.payments,
      run: (request, account) => {
        const authorization = authorizationOf(request, account);
        const { amount } = bodyOf(request);
        const next = reauthorize(
          world,
          account,
          authorization,
          amount === undefined ? authorization.amount : amountOf(amount, '/amount/value'),
        );
        return { again: 201, show: () => shape(request, showAuthorization(world, next)) };
      },
    },
    'POST /v2/payments/authorizations/:id/void': {
      keys: keys.payments,
      run: (request, account) => {
        const authorization = authorizationOf(request, account);
        voidAuthorization(world, account, authorization);
        const show = () => (wantsAll(request) ? showAuthorization(world, authorization) : undefined);
        const status = wantsAll(request) ? 200 : 204;
        return { status, again: status, show };
      },
    },
    'GET /v2/payments/captures/:id': (request, account) => ({
      json: showCapture(world, captureOf(request, account)),
    }),
    'POST /v2/payments/captures/:id/refund': {
      keys: keys.payments,
      run: (request, account) => {
        const body = bodyOf(request);
        const refund = refundCapture(world, account, captureOf(request, account), {
          amount: body.amount === undefined ? undefined : amountOf(body.amount, '/amount/value'),
          invoiceId: textOf(body.invoice_id),
          customId: textOf(body.custom_id),
          note: textOf(body.note_to_payer),
        });
        return { again: 201, show: () => shape(request, showRefund(world, refund)) };
      },
    },
    'GET /v2/payments/refunds/:id': (request, account) => ({
      json: showRefund(world, found(account.books.refunds.get(request.params.id ?? ''))),
    }),
  };
}
