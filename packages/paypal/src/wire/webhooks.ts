/** Webhooks and their events: https://developer.paypal.com/docs/api/webhooks/v1/ */
import { z } from 'zod';
import { listOf, maybe, maybeNumber, maybeText, wire, wireLinks } from './common.ts';

const wireEventType = wire({
  name: z.string(),
  description: maybeText,
  status: maybeText,
  resource_versions: listOf(z.string()),
});

export const wireWebhook = wire({
  id: z.string(),
  url: z.string(),
  event_types: listOf(wireEventType),
  links: wireLinks,
});
export const wireWebhooks = wire({ webhooks: listOf(wireWebhook) });
export const wireEventTypes = wire({ event_types: listOf(wireEventType) });

export const wireEvent = wire({
  id: z.string(),
  create_time: maybeText,
  event_type: maybeText,
  event_version: maybeText,
  resource_type: maybeText,
  resource_version: maybeText,
  summary: maybeText,
  /** As the vendor spells it: what it is depends on `eventType`. */
  resource: maybe(z.record(z.string(), z.unknown())),
  links: wireLinks,
});
export const wireEvents = wire({ events: listOf(wireEvent), count: maybeNumber, links: wireLinks });
export const wireVerification = wire({ verification_status: z.string() });

/** A subscription to events. */
export type Webhook = z.output<typeof wireWebhook>;
/** A kind of event. */
export type EventType = z.output<typeof wireEventType>;
/** An event. `resource` is in the vendor's spelling. */
export type WebhookEvent = z.output<typeof wireEvent>;
