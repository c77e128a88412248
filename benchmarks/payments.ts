/** Benchmarks of `@im/payments` and of its providers. Each file of `payments/` has a part. */
import type { Line } from './measure.ts';
import { benchMoney } from './payments/money.ts';
import { benchStripe } from './payments/stripe.ts';
import { benchStripeWebhooks } from './payments/stripe-webhooks.ts';

export async function run(): Promise<readonly Line[]> {
  return [...(await benchStripe()), ...(await benchStripeWebhooks()), ...(await benchMoney())];
}
