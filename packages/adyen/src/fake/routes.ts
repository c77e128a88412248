/** Every route of the fake: what is asked, and what the shopper's browser asks. */
import type { FakeRequest, FakeResponse, FakeRoutes } from '@im/testing';
import type { FakeAccount } from './account.ts';
import { encryptCard } from './cards.ts';
import { disputeRoutes } from './disputes.ts';
import { modificationRoutes } from './modifications.ts';
import { orderRoutes } from './orders.ts';
import { cardFormPage, page } from './pages.ts';
import { paymentRoutes } from './payments.ts';
import { downloadReport } from './reports.ts';
import { serviceRoutes } from './services.ts';
import { sessionRoutes } from './sessions.ts';
import { tokenRoutes } from './tokens.ts';
import type { World } from './world.ts';

/** A route's work, once it is known whose it is. */
export type Handler = (request: FakeRequest, account: FakeAccount) => FakeResponse;

/** Routes that want an API key. */
export function apiRoutes(world: World): Readonly<Record<string, Handler>> {
  const payments = paymentRoutes(world);
  const sessions = sessionRoutes(world);
  const changes = modificationRoutes(world);
  const tokens = tokenRoutes(world);
  const orders = orderRoutes(world);
  const disputes = disputeRoutes(world);
  const services = serviceRoutes(world);
  const checkout: Readonly<Record<string, Handler>> = {
    'POST /payments': payments.payments,
    'POST /payments/details': payments.details,
    'POST /paymentMethods': services.paymentMethods,
    'POST /paymentMethods/balance': orders.balance,
    'POST /cardDetails': services.cardDetails,
    'POST /sessions': sessions.createSession,
    'GET /sessions/:id': sessions.sessionResult,
    'POST /paymentLinks': sessions.createLink,
    'GET /paymentLinks/:id': sessions.getLink,
    'PATCH /paymentLinks/:id': sessions.expireLink,
    'POST /payments/:psp/captures': changes.capture,
    'POST /payments/:psp/cancels': changes.cancel,
    'POST /cancels': changes.cancelByReference,
    'POST /payments/:psp/refunds': changes.refund,
    'POST /payments/:psp/reversals': changes.reverse,
    'POST /payments/:psp/amountUpdates': changes.updateAmount,
    'GET /storedPaymentMethods': tokens.list,
    'POST /storedPaymentMethods': tokens.create,
    'DELETE /storedPaymentMethods/:id': tokens.remove,
    'POST /orders': orders.create,
    'POST /orders/cancel': orders.cancel,
    'POST /donationCampaigns': orders.campaigns,
    'POST /donations': orders.donate,
  };
  const dispute = (name: string) => `POST /ca/services/DisputeService/v30/${name}`;
  const classic = (name: string) => `POST /pal/servlet/${name}`;
  return {
    ...under('/v72', checkout),
    ...under('/v71', checkout),
    [dispute('retrieveApplicableDefenseReasons')]: disputes.reasons,
    [dispute('supplyDefenseDocument')]: disputes.supply,
    [dispute('deleteDisputeDefenseDocument')]: disputes.remove,
    [dispute('defendDispute')]: disputes.defend,
    [dispute('acceptDispute')]: disputes.accept,
    [classic('Recurring/v68/listRecurringDetails')]: tokens.listRecurring,
    [classic('Recurring/v68/disable')]: tokens.disable,
    [classic('BinLookup/v54/get3dsAvailability')]: services.threeDSecure,
    [classic('BinLookup/v54/getCostEstimate')]: services.costEstimate,
    [classic('Payout/v68/submitThirdParty')]: services.submitPayout,
    [classic('Payout/v68/confirmThirdParty')]: services.changePayout('confirmed'),
    [classic('Payout/v68/declineThirdParty')]: services.changePayout('declined'),
    [classic('StoredValue/v46/issue')]: services.issue,
    [classic('StoredValue/v46/checkBalance')]: services.balance,
    [classic('StoredValue/v46/load')]: services.load,
    [classic('StoredValue/v46/changeStatus')]: services.status,
    [classic('StoredValue/v46/mergeBalance')]: services.merge,
    [classic('StoredValue/v46/voidTransaction')]: services.void,
    'GET /reports/download/MerchantAccount/:merchantAccount/:file': downloadReport,
  };
}

/** Pages of the shopper. Whose they are stands in their address. */
export function pageRoutes(world: World): Readonly<Record<string, Handler>> {
  const sessions = sessionRoutes(world);
  return {
    'GET /fake/redirect/:tenant/:token': sessions.redirect,
    'POST /fake/redirect/:tenant/:token/approve': sessions.choose(true),
    'POST /fake/redirect/:tenant/:token/decline': sessions.choose(false),
    'GET /fake/checkout/:tenant/:id': sessions.checkout,
    'POST /fake/checkout/:tenant/:id/pay': sessions.payCheckout,
    'POST /fake/checkout/:tenant/:id/cancel': sessions.cancelCheckout,
    'GET /fake/link/:tenant/:id': sessions.link,
    'POST /fake/link/:tenant/:id/pay': sessions.payLink,
  };
}

/** What belongs to nobody: the card form, and a page of thanks. */
export const openRoutes: FakeRoutes = {
  'GET /fake/components/card': ({ query }) => cardFormPage(query.get('origin') ?? 'null'),
  'POST /fake/components/encrypt': (request) => {
    const fields = request.form();
    const [expiryMonth = '', year = ''] = (fields.get('expiry') ?? '').split('/').map((part) => part.trim());
    const paymentMethod = encryptCard({
      number: (fields.get('number') ?? '').replace(/\D/g, ''),
      expiryMonth,
      expiryYear: year.length === 2 ? `20${year}` : year,
      cvc: fields.get('cvc') ?? '',
      holderName: fields.get('holderName') ?? undefined,
    });
    return { json: { paymentMethod } };
  },
  'GET /fake/thanks': () => page('Thank you', '<p>You may close this page.</p>'),
};

function under(prefix: string, routes: Readonly<Record<string, Handler>>): Readonly<Record<string, Handler>> {
  return Object.fromEntries(
    Object.entries(routes).map(([key, run]) => [key.replace(' /', ` ${prefix}/`), run]),
  );
}
