import type { Stripe } from 'stripe';

/**
 * Version of the API that every request names. It is the one that the SDK's types describe, so that a newer SDK does not compile until
 * somebody has read what changed and pinned the new one here.
 *
 * @see {@link https://docs.stripe.com/api/versioning | Stripe: Versioning}
 */
export const apiVersion: Stripe.LatestApiVersion = '2026-10-28.endive';
