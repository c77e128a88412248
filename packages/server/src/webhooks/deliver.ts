/** Events of webhooks, handed on to an application: signed as Standard Webhooks have it, whatever the vendor's own way was. */
import { createHash } from 'node:crypto';
import { type Clock, IntegrationError, injectTraceContext, type Secret, systemClock } from '@im/core';
import { createEgressGuard, sharedTransport, signStandardWebhook, type Transport } from '@im/http';
import type { WebhookOptions } from './inbox.ts';

/** Where events go. */
export interface DeliverySettings {
  /** Of the application. It has to answer with 2xx once it has done what the event says. */
  readonly url: string;
  /** Base64, with or without `whsec_`; the application verifies by it. */
  readonly secret: Secret;
  /** Milliseconds the application may take. Default 15 000. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Default: the connections of the whole process. */
  readonly transport?: Transport | undefined;
}

/**
 * A handler for {@link WebhookOptions} that posts each event as JSON: `{ type, timestamp, data, source }`, where `source` names tenant,
 * integration and provider. Deliveries of the same event have the same `webhook-id`.
 *
 * @throws TypeError for a URL that is none; the handler: {@link IntegrationError} `unavailable` unless the answer is 2xx
 * @see {@link https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md | Standard Webhooks}
 */
export function deliverTo(settings: DeliverySettings): WebhookOptions['handle'] {
  const { secret, timeoutMs = 15_000, clock = systemClock, transport = sharedTransport } = settings;
  const url = new URL(settings.url);
  // The operator names the address, on purpose: it may be a private one.
  const guard = createEgressGuard({ allow: [url.hostname], onPurpose: [url] });

  return async (event, source) => {
    const { tenant, integration } = source;
    const id = `im_${createHash('sha256')
      .update(JSON.stringify([tenant, integration, event.id]))
      .digest('hex')
      .slice(0, 32)}`;
    const now = clock.now();
    const timestamp = new Date(event.at ?? now).toISOString();
    const body = Buffer.from(JSON.stringify({ type: event.type, timestamp, data: event.data, source }));
    const seconds = Math.floor(now / 1_000);
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signStandardWebhook(secret, id, seconds, body),
    };
    // The application is ours, so it goes on in the same trace; a vendor's own trace is not believed.
    injectTraceContext(headers);
    const controller = new AbortController();
    const cancel = clock.schedule(timeoutMs, () =>
      controller.abort(refused('the application did not answer in time')),
    );
    try {
      const request = { method: 'POST', url, headers, body, guard, redirect: 'manual' } as const;
      await using answer = await transport({ ...request, signal: controller.signal });
      if (answer.status < 200 || answer.status >= 300)
        throw refused(`the application answered with status ${answer.status}`);
    } finally {
      cancel();
    }
  };
}

function refused(says: string): IntegrationError {
  return new IntegrationError(says, { code: 'unavailable', remedy: 'the vendor sends it again' });
}
