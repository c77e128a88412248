import { type Call, keyed, pages, read } from '@im/core';
import type { Stripe } from 'stripe';
import { type Connection, identified, type Listed, notes, type On } from './shared.ts';

const write = 'SetupIntents: write';
const reads = 'SetupIntents: read';

/** Payment methods set up for later payments, and the mandates that come of it. */
export const setupIntentOperations = ({ send, list }: Connection) => ({
  createSetupIntent: keyed(
    (params: On<Stripe.SetupIntentCreateParams>, call: Call) =>
      send(call, 'setup_intent', params, (stripe, rest, options) =>
        stripe.setupIntents.create(rest, options),
      ),
    notes('setup_intents/create', write),
  ),

  retrieveSetupIntent: read(
    (id: string, params: On<Stripe.SetupIntentRetrieveParams> | undefined, call: Call) =>
      send(call, 'setup_intent', params, (stripe, rest, options) =>
        stripe.setupIntents.retrieve(identified(id), rest, options),
      ),
    notes('setup_intents/retrieve', reads),
  ),

  updateSetupIntent: keyed(
    (id: string, params: On<Stripe.SetupIntentUpdateParams>, call: Call) =>
      send(call, 'setup_intent', params, (stripe, rest, options) =>
        stripe.setupIntents.update(identified(id), rest, options),
      ),
    notes('setup_intents/update', write),
  ),

  confirmSetupIntent: keyed(
    (id: string, params: On<Stripe.SetupIntentConfirmParams> | undefined, call: Call) =>
      send(call, 'setup_intent', params, (stripe, rest, options) =>
        stripe.setupIntents.confirm(identified(id), rest, options),
      ),
    notes('setup_intents/confirm', write),
  ),

  cancelSetupIntent: keyed(
    (id: string, params: On<Stripe.SetupIntentCancelParams> | undefined, call: Call) =>
      send(call, 'setup_intent', params, (stripe, rest, options) =>
        stripe.setupIntents.cancel(identified(id), rest, options),
      ),
    notes('setup_intents/cancel', write),
  ),

  /** Setup intents, newest first. */
  listSetupIntents: pages(
    read(
      (params: Listed<Stripe.SetupIntentListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.setupIntents.list(rest, options)),
      notes('setup_intents/list', reads),
    ),
  ),

  /** The permission that a customer gave. */
  retrieveMandate: read(
    (id: string, params: On<Stripe.MandateRetrieveParams> | undefined, call: Call) =>
      send(call, 'mandate', params, (stripe, rest, options) =>
        stripe.mandates.retrieve(identified(id), rest, options),
      ),
    notes('mandates/retrieve', 'Mandates: read'),
  ),
});
