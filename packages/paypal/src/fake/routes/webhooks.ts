/** `/v1/notifications` */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Account, StoredEvent, Webhook } from '../account.ts';
import { bodyOf, fieldsOf, link, listOf, refuseNamed, textOf, whole } from '../requests.ts';
import { isSigned } from '../signing.ts';
import { emit, type World } from '../world.ts';
import type { RouteTable } from './table.ts';

/** Kinds of events that the fake has: https://developer.paypal.com/api/rest/webhooks/event-names/ */
export const eventTypes = [
  'CHECKOUT.ORDER.APPROVED',
  'CHECKOUT.ORDER.COMPLETED',
  'PAYMENT.AUTHORIZATION.CREATED',
  'PAYMENT.AUTHORIZATION.VOIDED',
  'PAYMENT.CAPTURE.COMPLETED',
  'PAYMENT.CAPTURE.DECLINED',
  'PAYMENT.CAPTURE.PENDING',
  'PAYMENT.CAPTURE.REFUNDED',
  'VAULT.PAYMENT-TOKEN.CREATED',
  'VAULT.PAYMENT-TOKEN.DELETED',
  'CATALOG.PRODUCT.CREATED',
  'BILLING.SUBSCRIPTION.CREATED',
  'BILLING.SUBSCRIPTION.ACTIVATED',
  'BILLING.SUBSCRIPTION.SUSPENDED',
  'BILLING.SUBSCRIPTION.RE-ACTIVATED',
  'BILLING.SUBSCRIPTION.CANCELLED',
  'BILLING.SUBSCRIPTION.EXPIRED',
  'BILLING.SUBSCRIPTION.PAYMENT.FAILED',
  'PAYMENT.SALE.COMPLETED',
  'CUSTOMER.DISPUTE.CREATED',
  'CUSTOMER.DISPUTE.UPDATED',
  'CUSTOMER.DISPUTE.RESOLVED',
  'PAYMENT.PAYOUTSBATCH.SUCCESS',
] as const;

const showType = (name: string) => ({
  name,
  description: `Event ${name}`,
  status: 'ENABLED',
  resource_versions: ['2.0'],
});
const mostWebhooks = 10;

const missing = (): never => refuseNamed(404, 'INVALID_RESOURCE_ID', 'Resource id is invalid.');
const invalid = (what: string): never =>
  refuseNamed(400, 'VALIDATION_ERROR', `Invalid data provided: ${what}.`);

export function webhookRoutes(world: World): RouteTable {
  const show = ({ id, url, eventTypes: kinds }: Webhook) => ({
    id,
    url,
    event_types: kinds.map(showType),
    links: [
      link(world.base, 'self', `/v1/notifications/webhooks/${id}`),
      link(world.base, 'update', `/v1/notifications/webhooks/${id}`, 'PATCH'),
      link(world.base, 'delete', `/v1/notifications/webhooks/${id}`, 'DELETE'),
    ],
  });
  const webhookOf = (request: FakeRequest, { books }: Account): Webhook =>
    books.webhooks.get(request.params.id ?? '') ?? missing();
  const kindsIn = (value: unknown): string[] =>
    listOf(value).map((one) => textOf(fieldsOf(one).name) ?? invalid('event_types'));
  const checkUrl = (url: string, { books }: Account): string => {
    if (URL.parse(url)?.protocol !== 'https:') invalid('url');
    for (const webhook of books.webhooks.values())
      if (webhook.url === url) refuseNamed(400, 'WEBHOOK_URL_ALREADY_EXISTS', 'Webhook URL already exists');
    return url;
  };
  const eventOf = (request: FakeRequest, { books }: Account): StoredEvent =>
    books.events.find(({ id }) => id === request.params.id) ?? missing();

  return {
    'POST /v1/notifications/webhooks': (request, account): FakeResponse => {
      const body = bodyOf(request);
      const url = checkUrl(textOf(body.url) ?? '', account);
      if (account.books.webhooks.size >= mostWebhooks)
        return refuseNamed(400, 'WEBHOOK_NUMBER_LIMIT_EXCEEDED', 'Webhook number limit exceeded');
      const webhook: Webhook = { id: world.nextId('webhook'), url, eventTypes: kindsIn(body.event_types) };
      account.books.webhooks.set(webhook.id, webhook);
      return { status: 201, json: show(webhook) };
    },
    'GET /v1/notifications/webhooks': (_request, account) => ({
      json: { webhooks: [...account.books.webhooks.values()].map(show) },
    }),
    'GET /v1/notifications/webhooks/:id': (request, account) => ({ json: show(webhookOf(request, account)) }),
    'PATCH /v1/notifications/webhooks/:id': (request, account) => {
      const webhook = webhookOf(request, account);
      for (const { op, path, value } of listOf(request.json()).map(fieldsOf)) {
        if (op !== 'replace') invalid('op');
        if (path === '/url') {
          if (value !== webhook.url) webhook.url = checkUrl(String(value), account);
        } else if (path === '/event_types') webhook.eventTypes = kindsIn(value);
        else invalid('path');
      }
      return { json: show(webhook) };
    },
    'DELETE /v1/notifications/webhooks/:id': (request, account) => {
      account.books.webhooks.delete(request.params.id ?? '');
      return { status: 204 };
    },
    'GET /v1/notifications/webhooks/:id/event-types': (request, account) => {
      const { eventTypes: kinds } = webhookOf(request, account);
      const all = kinds.includes('*') ? eventTypes : kinds;
      return { json: { event_types: all.map(showType) } };
    },
    'GET /v1/notifications/webhooks-event-types': () => ({ json: { event_types: eventTypes.map(showType) } }),
    'GET /v1/notifications/webhooks-events': (request, account) => {
      const { query } = request;
      const size = whole(request, 'page_size', 10, 300);
      const type = query.get('event_type');
      const about = query.get('transaction_id');
      const [from, to] = ['start_time', 'end_time'].map((name) => Date.parse(query.get(name) ?? ''));
      const all = account.books.events
        .filter(
          (event) =>
            (type === null || event.type === type) &&
            (about === null || event.about.includes(about)) &&
            !(event.at < Number(from)) &&
            !(event.at >= Number(to)),
        )
        .toReversed();
      // The next page ends where this one does.
      const shown = all.slice(0, size);
      const next = new URLSearchParams(query);
      next.set('end_time', new Date(shown.at(-1)?.at ?? 0).toISOString());
      return {
        json: {
          events: shown.map(({ json }) => json),
          count: shown.length,
          links: [
            link(world.base, 'self', `/v1/notifications/webhooks-events?${query}`),
            ...(size < all.length
              ? [link('https://api.paypal.com', 'next', `/v1/notifications/webhooks-events?${next}`)]
              : []),
          ],
        },
      };
    },
    'GET /v1/notifications/webhooks-events/:id': (request, account) => ({
      json: eventOf(request, account).json,
    }),
    'POST /v1/notifications/webhooks-events/:id/resend': (request, account) => {
      const event = eventOf(request, account);
      world.onEvent(account, event);
      return { status: 202, json: event.json };
    },
    'POST /v1/notifications/simulate-event': (request, account) => {
      const body = bodyOf(request);
      const type = textOf(body.event_type) ?? invalid('event_type');
      const before = account.books.events.length;
      emit(world, account, {
        type,
        resourceType: 'simulated',
        resource: { id: 'SIMULATED' },
        summary: 'A simulated event',
        about: [],
      });
      // It belongs to no app, so it is not among the events.
      const [event] = account.books.events.splice(before, 1);
      return { status: 202, json: event?.json };
    },
    'POST /v1/notifications/verify-webhook-signature': (request, account) => {
      const body = bodyOf(request);
      const text = Buffer.from(request.body).toString('utf8');
      const own = account.books.webhooks.has(String(body.webhook_id));
      // The event as it stands in the request, byte for byte.
      const event = text.slice(text.indexOf('"webhook_event":') + '"webhook_event":'.length, -1);
      return { json: { verification_status: own && isSigned(body, event) ? 'SUCCESS' : 'FAILURE' } };
    },
  };
}
