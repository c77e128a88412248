/**
 * What webhooks tell. An event names an order in one of several ways, by what it is about; it is asked for anew, and written down, before the event is
 * given on: an order that was made by a request whose answer was lost becomes known by this.
 */
import type { DriverCall, DriverWebhooks, PaymentEvent } from '@im/payments';
import { z } from 'zod';
import type { PaypalClient } from '../operations/all.ts';
import { listOf, maybe, maybeText, wireLinks } from '../wire/common.ts';
import type { WebhookEvent } from '../wire/webhooks.ts';
import { callMs } from './facts.ts';
import type { Keeper } from './keeper.ts';
import { orderOfCapture } from './lists.ts';

const wireResource = z.object({
  id: maybeText,
  order_id: maybeText,
  links: wireLinks,
  supplementary_data: maybe(z.object({ related_ids: maybe(z.object({ order_id: maybeText })) })),
  metadata: maybe(z.object({ order_id: maybeText })),
  disputed_transactions: listOf(z.object({ seller_transaction_id: maybeText })),
});
type Resource = z.output<typeof wireResource>;

const savedMethod = 'VAULT.PAYMENT-TOKEN.CREATED';

export function createWebhooks(client: PaypalClient, keeper: Keeper): DriverWebhooks {
  const orderIn = async (
    { resourceType }: WebhookEvent,
    resource: Resource,
    call: DriverCall,
  ): Promise<string | undefined> => {
    if (resourceType === 'checkout-order') return resource.id ?? resource.order_id;
    const named =
      resource.supplementary_data?.related_ids?.order_id ?? resource.metadata?.order_id ?? resource.order_id;
    if (named !== undefined) return named;
    const capture = resource.disputed_transactions[0]?.seller_transaction_id ?? captureAbove(resource);
    return capture === undefined ? undefined : orderOfCapture(client, capture, call);
  };

  return {
    async verify(webhook, nowMs): Promise<readonly PaymentEvent[]> {
      const { event } = await client.verifyWebhook(webhook, nowMs, { timeoutMs: callMs });
      const bare = { id: event.id, type: event.eventType ?? 'unknown' };
      const { data: resource } = wireResource.safeParse(event.resource);
      if (resource === undefined) return [bare];
      // Nobody can abort a delivery.
      const call = { signal: new AbortController().signal };
      const id = await orderIn(event, resource, call);
      const payment = id === undefined ? undefined : await keeper.find(id, call);
      if (payment === undefined) return [bare];
      // A method that was saved some time after the payment: only its event says which.
      if (event.eventType === savedMethod && resource.id !== undefined)
        await keeper.tell({ ...payment, mandate: resource.id });
      return [{ ...bare, payment: { id: payment.id } }];
    },
  };
}

/** Of a refund: the capture, in its link `up`. Only the id is taken from it, never the host. */
function captureAbove({ links }: Resource): string | undefined {
  const up = links.find(({ rel }) => rel === 'up')?.href;
  return /\/v2\/payments\/captures\/([A-Z0-9]{1,36})$/.exec(up ?? '')?.[1];
}
