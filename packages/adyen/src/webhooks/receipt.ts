/** Webhooks of Adyen as @im's events. */
import { createHash } from 'node:crypto';
import type { CheckCall, WebhookReceipt, WebhookRequest } from '@im/core';
import type { AdyenClient } from '../connect.ts';
import { accepted, type Notification } from './verify.ts';

const reply = { status: 200, contentType: 'text/plain', body: accepted };

/** For `webhook` of the definition. */
export async function readAdyenWebhook(
  api: Pick<AdyenClient, 'verifyWebhook'>,
  request: WebhookRequest,
  call: CheckCall,
): Promise<WebhookReceipt> {
  const verified = await api.verifyWebhook(request, call);
  if (verified.kind === 'standard') return { events: verified.notifications.map(toEvent), reply };
  const { type, timestamp: at, data } = verified;
  return { events: [{ id: platformEventId(type, request.body), type, at, data }], reply };
}

/** Events of the platform have no id: their bytes are the same each time. */
export function platformEventId(type: string, body: Uint8Array): string {
  return `${type}:${createHash('sha256').update(body).digest('hex')}`;
}

/**
 * Type and id of a notification. A code without success is another event: `CANCELLATION:false` is a payment that was not let go.
 *
 * @see {@link https://docs.adyen.com/development-resources/webhooks/handle-webhook-events | Adyen: Handle duplicates}
 */
export function eventOf({ eventCode, pspReference, success }: Notification): {
  readonly id: string;
  readonly type: string;
} {
  return {
    id: `${eventCode}:${pspReference}:${success}`,
    type: success ? eventCode : `${eventCode}:false`,
  };
}

function toEvent(notification: Notification) {
  return { ...eventOf(notification), at: notification.eventDate, data: notification };
}
