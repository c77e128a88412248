import { answerDispute, closeDispute } from '../disputes.ts';
import { cancelIntent, captureIntent } from '../intent-end.ts';
import { confirmIntent, createIntent, updateIntent } from '../intents.ts';
import { searchPage } from '../lists.ts';
import { cancelRefund, refund } from '../refunds.ts';
import { cancelSetup, confirmSetup, createSetup, updateSetup } from '../setups.ts';
import { listing, one, type Routes } from './route.ts';

const intents = { write: 'PaymentIntents: write', read: 'PaymentIntents: read' };
const setups = { write: 'SetupIntents: write', read: 'SetupIntents: read' };
const charges = { write: 'Charges and Refunds: write', read: 'Charges and Refunds: read' };
const disputes = { write: 'Disputes: write', read: 'Disputes: read' };

/** Payments, from the intent to the dispute. */
export const paymentRoutes: Routes = {
  'POST /v1/payment_intents': [
    intents.write,
    ({ account, input, actionPage }) => createIntent(account, input, actionPage),
  ],
  'GET /v1/payment_intents': listing('payment_intent', intents.read, 'customer'),
  'GET /v1/payment_intents/search': [
    intents.read,
    ({ account, input, path, isIndexed }) => searchPage(account, 'payment_intent', input, path, isIndexed),
  ],
  'GET /v1/payment_intents/:id': one('payment_intent', intents.read),
  'POST /v1/payment_intents/:id': [
    intents.write,
    ({ account, input, id }) => updateIntent(account, account.get('payment_intent', id, 'intent'), input),
  ],
  'POST /v1/payment_intents/:id/confirm': [
    intents.write,
    ({ account, input, id, actionPage }) =>
      confirmIntent(account, account.get('payment_intent', id, 'intent'), input, actionPage),
  ],
  'POST /v1/payment_intents/:id/capture': [
    intents.write,
    ({ account, input, id }) => captureIntent(account, account.get('payment_intent', id, 'intent'), input),
  ],
  'POST /v1/payment_intents/:id/cancel': [
    intents.write,
    ({ account, input, id }) => cancelIntent(account, account.get('payment_intent', id, 'intent'), input),
  ],

  'POST /v1/setup_intents': [
    setups.write,
    ({ account, input, actionPage }) => createSetup(account, input, actionPage),
  ],
  'GET /v1/setup_intents': listing('setup_intent', setups.read, 'customer payment_method'),
  'GET /v1/setup_intents/:id': one('setup_intent', setups.read),
  'POST /v1/setup_intents/:id': [
    setups.write,
    ({ account, input, id }) => updateSetup(account, account.get('setup_intent', id, 'intent'), input),
  ],
  'POST /v1/setup_intents/:id/confirm': [
    setups.write,
    ({ account, input, id, actionPage }) =>
      confirmSetup(account, account.get('setup_intent', id, 'intent'), input, actionPage),
  ],
  'POST /v1/setup_intents/:id/cancel': [
    setups.write,
    ({ account, input, id }) => cancelSetup(account, account.get('setup_intent', id, 'intent'), input),
  ],
  'GET /v1/mandates/:id': one('mandate', 'Mandates: read'),

  'GET /v1/charges': listing('charge', charges.read, 'customer payment_intent'),
  'GET /v1/charges/:id': one('charge', charges.read),
  'POST /v1/refunds': [charges.write, ({ account, input }) => refund(account, input)],
  'GET /v1/refunds': listing('refund', charges.read, 'charge payment_intent'),
  'GET /v1/refunds/:id': one('refund', charges.read),
  'POST /v1/refunds/:id/cancel': [
    charges.write,
    ({ account, id }) => cancelRefund(account, account.get('refund', id, 'refund')),
  ],

  'GET /v1/disputes': listing('dispute', disputes.read, 'charge payment_intent'),
  'GET /v1/disputes/:id': one('dispute', disputes.read),
  'POST /v1/disputes/:id': [
    disputes.write,
    ({ account, input, id }) => answerDispute(account, account.get('dispute', id, 'dispute'), input),
  ],
  'POST /v1/disputes/:id/close': [
    disputes.write,
    ({ account, id }) => closeDispute(account, account.get('dispute', id, 'dispute')),
  ],
};
