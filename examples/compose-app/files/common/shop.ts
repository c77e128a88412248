/**
 * A record shop that many tenants use, each with a music service, a processor and a store of its own. It names no processor and no cloud: it takes whatever
 * is registered for the tenant.
 */
import { type ClientOf, IntegrationError, memoryState, type Registry, scopedState } from '@im/core';
import { createPaymentGateway, type PaymentGateway, parseMoney, paymentGateway } from '@im/payments';
import { spotify } from '@im/spotify';
import { createObjectStore, objectStore } from '@im/storage';

/** What a listener wants. */
export interface Order {
  /** The listener's own number: the same one is charged once. */
  readonly reference: string;
  /** Title of a track. */
  readonly title: string;
  /** A payment method of the processor's form. */
  readonly method: string;
}

/** What was sold. */
export interface Receipt {
  readonly reference: string;
  readonly track: string;
  readonly payment: string;
  readonly status: string;
}

/** The shop, by tenant. Each method rejects with an `IntegrationError`. */
export interface Shop {
  profile(tenant: string, signal?: AbortSignal): Promise<{ readonly user: string }>;
  order(tenant: string, order: Order, signal?: AbortSignal): Promise<Receipt>;
  receipts(tenant: string, signal?: AbortSignal): Promise<readonly string[]>;
  receipt(tenant: string, reference: string, signal?: AbortSignal): Promise<Receipt>;
}

/** Makes the shop of all tenants of `registry`. */
export function createShop(registry: Registry): Shop {
  // In production one that outlives the process: a payment that was under way at a crash is found there.
  const state = memoryState();
  const gateways = new Map<string, PaymentGateway>();
  const gatewayOf = (tenant: string): PaymentGateway => {
    const made =
      gateways.get(tenant) ??
      createPaymentGateway(registry.tenant(tenant).port(paymentGateway), {
        state: scopedState(state, tenant),
        onAlert: ({ says }) => console.error(`${tenant}: ${says}`),
      });
    gateways.set(tenant, made);
    return made;
  };
  const storeOf = (tenant: string) => createObjectStore(registry.tenant(tenant).port(objectStore));
  const musicOf = (tenant: string) => registry.tenant(tenant).get(spotify, 'music');

  return {
    async profile(tenant, signal) {
      const { id } = await musicOf(tenant).getCurrentUser({ signal });
      return { user: id };
    },

    async order(tenant, { reference, title, method }, signal) {
      const track = await findTrack(musicOf(tenant), title, signal);
      const amount = parseMoney('1.29', 'EUR');
      const payment = await gatewayOf(tenant).create({ reference, amount, method }, { signal });
      const receipt = { reference, track, payment: payment.id, status: payment.status };
      await storeOf(tenant).put(keyOf(reference), JSON.stringify(receipt), { signal });
      return receipt;
    },

    async receipts(tenant, signal) {
      const keys: string[] = [];
      for await (const entry of storeOf(tenant).list({ prefix: 'receipts/', signal })) keys.push(entry.key);
      return keys;
    },

    async receipt(tenant, reference, signal) {
      const found = await storeOf(tenant).get(keyOf(reference), { signal });
      return JSON.parse(await found.text()) as Receipt;
    },
  };
}

function keyOf(reference: string): string {
  return `receipts/${encodeURIComponent(reference)}.json`;
}

async function findTrack(
  music: ClientOf<typeof spotify>,
  title: string,
  signal?: AbortSignal,
): Promise<string> {
  for await (const track of music.searchTracks(`track:"${title}"`, undefined, { limit: 1, signal }))
    return track.name;
  throw new IntegrationError(`there is no track "${title}"`, { code: 'not_found' });
}
