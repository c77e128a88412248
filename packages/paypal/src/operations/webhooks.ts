import { type Call, idempotent, pages, read, unsafe } from '@im/core';
import { cursorPage, fromCursor, type Http, none } from '@im/http';
import { toPatches, toWire } from '../to-wire.ts';
import { linkTo } from '../wire/common.ts';
import {
  wireEvent,
  wireEvents,
  wireEventTypes,
  wireVerification,
  wireWebhook,
  wireWebhooks,
} from '../wire/webhooks.ts';
import { type Connection, notesOf, path } from './shared.ts';

/** Which events to list. */
export interface EventFilter {
  /** Internet date and time; events are kept for 30 days. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly transactionId?: string | undefined;
  readonly eventType?: string | undefined;
}

/** A delivery, for PayPal to judge. */
export interface Postback {
  readonly transmissionId: string;
  readonly transmissionTime: string;
  readonly certUrl: string;
  readonly authAlgo: string;
  readonly transmissionSig: string;
  readonly webhookId: string;
  /** The body as it came, byte for byte: written anew, it could be another one. */
  readonly event: string;
}

const notes = notesOf('webhooks/v1');

const named = (names: readonly string[]) => names.map((name) => ({ name }));

/** Asks PayPal whether it sent a delivery. */
export const askPostback = async (http: Http, delivery: Postback, call: Call): Promise<boolean> => {
  const { event, ...facts } = delivery;
  // It becomes part of a body as it is: more than one value would say something else there.
  if (!isOneObject(event)) return false;
  const fields = JSON.stringify(toWire(facts, call.operation));
  const { verificationStatus } = await http.post(
    'v1/notifications/verify-webhook-signature',
    wireVerification,
    call,
    {
      body: `${fields.slice(0, -1)},"webhook_event":${event}}`,
      headers: { 'content-type': 'application/json' },
    },
  );
  return verificationStatus === 'SUCCESS';
};

function isOneObject(text: string): boolean {
  try {
    return text.trimStart().startsWith('{') && typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

export const webhookOperations = ({ http }: Connection) => ({
  /** All webhooks of the app. */
  listWebhooks: read(
    async (call: Call) => (await http.get('v1/notifications/webhooks', wireWebhooks, call)).webhooks,
    notes('webhooks_list'),
  ),

  /** Has events delivered to an https address; `*` is every kind. An app has ten webhooks at most, each with an address of its own. */
  createWebhook: unsafe((url: string, eventTypes: readonly string[], call: Call) => {
    const json = { url, event_types: named(eventTypes) };
    return http.post('v1/notifications/webhooks', wireWebhook, call, { json });
  }, notes('webhooks_post')),

  /** A webhook. */
  getWebhook: read(
    (id: string, call: Call) => http.get(path`v1/notifications/webhooks/${id}`, wireWebhook, call),
    notes('webhooks_get'),
  ),

  /** Replaces the address or the kinds of events. */
  updateWebhook: idempotent(
    (
      id: string,
      change: { readonly url?: string | undefined; readonly eventTypes?: readonly string[] | undefined },
      call: Call,
    ) => {
      const changes = [
        ...(change.url === undefined ? [] : [{ path: '/url', value: change.url }]),
        ...(change.eventTypes === undefined
          ? []
          : [{ path: '/event_types', value: named(change.eventTypes) }]),
      ];
      const json = toPatches(changes, call.operation);
      return http.patch(path`v1/notifications/webhooks/${id}`, wireWebhook, call, { json });
    },
    notes('webhooks_update'),
  ),

  /** Ends deliveries. */
  deleteWebhook: idempotent(
    (id: string, call: Call): Promise<void> => http.delete(path`v1/notifications/webhooks/${id}`, none, call),
    notes('webhooks_delete'),
  ),

  /** Kinds of events that a webhook gets. */
  listWebhookEventTypes: read(
    async (id: string, call: Call) =>
      (await http.get(path`v1/notifications/webhooks/${id}/event-types`, wireEventTypes, call)).eventTypes,
    notes('event-types_list'),
  ),

  /** All kinds of events that there are. */
  listEventTypes: read(
    async (call: Call) =>
      (await http.get('v1/notifications/webhooks-event-types', wireEventTypes, call)).eventTypes,
    notes('webhooks-event-types_list'),
  ),

  /** Events of the last 30 days, the newest first. */
  listEvents: pages(
    read(async (filter: EventFilter | undefined, call: Call) => {
      // The next page is a link with parameters of its own; only these are taken from it.
      const cursor = fromCursor(call);
      const query =
        cursor === undefined
          ? {
              page_size: Math.max(1, Math.min(call.pageSize ?? 10, 100)),
              start_time: filter?.from,
              end_time: filter?.to,
              transaction_id: filter?.transactionId,
              event_type: filter?.eventType,
            }
          : Object.fromEntries(new URLSearchParams(cursor));
      const { events, links } = await http.get('v1/notifications/webhooks-events', wireEvents, call, {
        query,
      });
      return cursorPage(events, URL.parse(linkTo(links, 'next') ?? '')?.search.slice(1));
    }, notes('webhooks-events_list')),
  ),

  /** An event. */
  getEvent: read(
    (id: string, call: Call) => http.get(path`v1/notifications/webhooks-events/${id}`, wireEvent, call),
    notes('webhooks-events_get'),
  ),

  /** Has an event delivered again, to these webhooks or all. */
  resendEvent: unsafe(
    (id: string, webhookIds: readonly string[] | undefined, call: Call) =>
      http.post(path`v1/notifications/webhooks-events/${id}/resend`, wireEvent, call, {
        json: webhookIds === undefined ? {} : { webhook_ids: webhookIds },
      }),
    notes('webhooks-events_resend'),
  ),

  /** Has a made-up event delivered. Its signature is PayPal's, its webhook id is `WEBHOOK_ID`. */
  simulateEvent: unsafe((url: string, eventType: string, call: Call) => {
    const json = { url, event_type: eventType };
    return http.post('v1/notifications/simulate-event', wireEvent, call, { json });
  }, notes('simulate-event_post')),

  /** Asks PayPal whether a delivery is its own. Not for simulated events, which it always disowns. */
  postbackWebhook: read(
    (delivery: Postback, call: Call): Promise<boolean> => askPostback(http, delivery, call),
    notes('verify-webhook-signature_post'),
  ),
});
