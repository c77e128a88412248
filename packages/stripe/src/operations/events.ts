import { type Call, idempotent, keyed, pages, read } from '@im/core';
import type { Stripe } from 'stripe';
import type { CheckedStripeOptions } from '../options.ts';
import { readWebhook, type StripeWebhook } from '../webhook.ts';
import { type Connection, identified, isGoneAlready, type Listed, notes, type On } from './shared.ts';

const reads = 'Events: read';
const endpoints = { write: 'Webhook Endpoints: write', read: 'Webhook Endpoints: read' };

/** What of the instance the verification of webhooks needs. */
export interface EventSetup extends Pick<Connection, 'send' | 'list'> {
  readonly options: Pick<CheckedStripeOptions, 'webhookSecrets' | 'webhookToleranceSeconds'>;
  readonly now: () => number;
}

/** What happened, and where it is told. */
export const eventOperations = ({
  send,
  list,
  options: { webhookSecrets, webhookToleranceSeconds },
  now,
}: EventSetup) => ({
  /** An event of the last 30 days. */
  retrieveEvent: read(
    (id: string, params: On<Stripe.EventRetrieveParams> | undefined, call: Call) =>
      send<Stripe.EventRetrieveParams, Stripe.Event>(call, 'event', params, (stripe, rest, options) =>
        stripe.events.retrieve(identified(id), rest, options),
      ),
    notes('events/retrieve', reads),
  ),

  /** Events of the last 30 days, newest first: for those whose webhooks were lost. */
  listEvents: pages(
    read(
      (params: Listed<Stripe.EventListParams> | undefined, call: Call) =>
        list<Listed<Stripe.EventListParams>, Stripe.Event>(call, params, (stripe, rest, options) =>
          stripe.events.list(rest, options),
        ),
      notes('events/list', reads),
    ),
  ),

  /**
   * Verifies a webhook with `webhookSecrets` and reads its event. Talks to nobody.
   *
   * @param nowMs for the tolerance of time. Default: now.
   * @throws {@link IntegrationError} `unauthenticated` for a signature or a time that is not right; `failed_precondition`, reason `no_secret`,
   * without a secret; `invalid_argument` for a body that was parsed already, or holds no event
   */
  verifyWebhook: read(
    async (webhook: StripeWebhook, nowMs: number | undefined, _call: Call): Promise<Stripe.Event> =>
      readWebhook(webhook, {
        secrets: webhookSecrets,
        toleranceSeconds: webhookToleranceSeconds,
        now: nowMs ?? now(),
      }),
    { docs: 'https://docs.stripe.com/webhooks#verify-manually' },
  ),

  /** Has events told to an address. The answer has its `secret`, once. */
  createWebhookEndpoint: keyed(
    (params: On<Stripe.WebhookEndpointCreateParams>, call: Call) =>
      send(call, 'webhook_endpoint', params, (stripe, rest, options) =>
        stripe.webhookEndpoints.create(rest, options),
      ),
    notes('webhook_endpoints/create', endpoints.write),
  ),

  /** Endpoints, newest first. */
  listWebhookEndpoints: pages(
    read(
      (params: Listed<Stripe.WebhookEndpointListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.webhookEndpoints.list(rest, options)),
      notes('webhook_endpoints/list', endpoints.read),
    ),
  ),

  deleteWebhookEndpoint: idempotent(
    async (
      id: string,
      params: On<Stripe.WebhookEndpointDeleteParams> | undefined,
      call: Call,
    ): Promise<Stripe.DeletedWebhookEndpoint> => {
      try {
        return await send(call, 'webhook_endpoint', params, (stripe, rest, options) =>
          stripe.webhookEndpoints.del(identified(id), rest, options),
        );
      } catch (error) {
        if (!isGoneAlready(error, call)) throw error;
        return { id, object: 'webhook_endpoint', deleted: true };
      }
    },
    notes('webhook_endpoints/delete', endpoints.write),
  ),
});
