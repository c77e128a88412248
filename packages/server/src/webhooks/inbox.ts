/**
 * What becomes of webhooks: checked by the integration, then each event done once, whatever the vendor repeats and whichever hub of a fleet it
 * reaches. An event is done when its handler has resolved; until then the vendor is told to send it again.
 */
import {
  doOnce,
  errorCode,
  IntegrationError,
  type Logger,
  type Registry,
  type StateStore,
  scopedState,
  type WebhookEvent,
  type WebhookReceipt,
  type WebhookRequest,
} from '@im/core';

/** Where an event comes from. */
export interface WebhookSource {
  readonly tenant: string;
  /** Name of the integration. */
  readonly integration: string;
  readonly provider: string;
}

/** What the application does with webhooks. */
export interface WebhookOptions {
  /**
   * Called once for each event. Rejecting refuses the webhook, so that the vendor sends it again; nothing is done twice but what the handler
   * itself did before it rejected or its process was killed. It may be called twice at once for one event when it takes longer than `workMs`.
   */
  readonly handle: (event: WebhookEvent, source: WebhookSource) => Promise<void>;
  /** Where vendors reach the hub, as `https://example.com/hub`, since some sign the address. Default: as the request itself says, which a proxy may change. */
  readonly baseUrl?: string | undefined;
  /** Milliseconds for which an event is remembered. Default 30 days, longer than vendors repeat. */
  readonly rememberMs?: number | undefined;
  /** Milliseconds that the handler may take before another delivery may try. Default 60 000. */
  readonly workMs?: number | undefined;
}

/** Takes webhooks in. */
export interface WebhookInbox {
  /**
   * @returns what the vendor expects as an answer
   * @throws {@link IntegrationError} as `receive` of a tenant's part of the registry; `unavailable` when an event could not be done, or is
   * being done elsewhere
   */
  take(source: WebhookSource, request: WebhookRequest, signal: AbortSignal): Promise<WebhookReceipt['reply']>;
}

const dayMs = 86_400_000;

/** Makes it. Without options nothing is believed to be done: every webhook is refused with `unavailable`. */
export function createWebhookInbox(
  options: WebhookOptions | undefined,
  {
    registry,
    state,
    logger,
  }: { readonly registry: Registry; readonly state: StateStore; readonly logger: Logger },
): WebhookInbox {
  const times = { rememberMs: options?.rememberMs ?? 30 * dayMs, workMs: options?.workMs ?? 60_000 };
  const again = (says: string, fields: object = {}) =>
    new IntegrationError(says, { code: 'unavailable', remedy: 'the vendor sends it again', ...fields });

  return {
    take: async (source, request, signal) => {
      const { tenant, integration } = source;
      const asked =
        options?.baseUrl === undefined ? request : { ...request, url: moved(request.url, options.baseUrl) };
      const { events, reply } = await registry.tenant(tenant).receive(integration, asked, { signal });
      const seen = scopedState(state, 'hub', 'webhook', tenant, integration);
      const counts = { done: 0, before: 0, elsewhere: 0 };
      for (const event of events) {
        if (options === undefined) throw again('nothing in this hub takes webhooks');
        const work = () => options.handle(event, source);
        const outcome = await doOnce(seen, event.id, times, work).catch((error: unknown) => {
          logger.error('an event of a webhook could not be done', {
            ...source,
            id: event.id,
            type: event.type,
            error,
          });
          throw again('an event could not be done', {
            retryAfterMs: errorCode(error) === 'unavailable' ? 30_000 : undefined,
          });
        });
        counts[outcome] += 1;
        if (outcome === 'elsewhere') throw again('an event is being done', { retryAfterMs: times.workMs });
      }
      logger.info('a webhook was taken', { ...source, events: events.length, ...counts });
      return reply;
    },
  };
}

/** The same path and query below another address, which may have a path itself. */
function moved(url: string, base: string): string {
  const { pathname, search } = new URL(url);
  return base.replace(/\/$/, '') + pathname + search;
}
