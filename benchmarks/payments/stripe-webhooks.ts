/** Webhooks of 100 kB: verified against one HMAC over them, and verified and read against the vendor's SDK. */
import { createHmac } from 'node:crypto';
import { createIntegration, Secret } from '@im/core';
import { stripe } from '@im/stripe';
import { Stripe } from 'stripe';
import { verifySignature } from '../../packages/stripe/src/webhook.ts';
import { contest, type Line, line, oneByOne } from '../measure.ts';

const secret = 'whsec_benchmark';

/** An invoice of many lines, signed now. */
function signedEvent() {
  const one = {
    id: 'il_benchmark',
    amount: 1_200,
    currency: 'eur',
    description: 'One of many lines of an invoice',
  };
  const object = {
    id: 'in_1',
    object: 'invoice',
    lines: { object: 'list', data: Array<object>(530).fill(one) },
  };
  const event = {
    id: 'evt_1',
    object: 'event',
    type: 'invoice.paid',
    created: 1_900_000_000,
    data: { object },
  };
  const body = Buffer.from(JSON.stringify(event, undefined, 2));
  const time = Math.floor(Date.now() / 1_000);
  const hmac = () => createHmac('sha256', secret).update(`${time}.`).update(body).digest();
  return { body, hmac, header: `t=${time},v1=${hmac().toString('hex')}` };
}

/** The lines of this part. */
export async function benchStripeWebhooks(): Promise<readonly Line[]> {
  const { body, hmac, header } = signedEvent();
  await using client = createIntegration(stripe, {
    options: { secretKey: 'sk_test_benchmark', webhookSecrets: [secret] },
  });
  const sdk = new Stripe('sk_test_benchmark');
  const webhook = { body, headers: { 'stripe-signature': header } };
  const rules = { secrets: [new Secret(secret)], toleranceSeconds: 300, now: Date.now() };
  const taken = await contest(
    {
      verified: oneByOne(async () => verifySignature(webhook, rules)),
      hmac: oneByOne(async () => hmac()),
      read: oneByOne(() => client.verifyWebhook(webhook)),
      sdk: oneByOne(async () => sdk.webhooks.constructEvent(body, header, secret)),
    },
    { times: 500 },
  );
  const what = `Stripe: a webhook of ${Math.round(body.byteLength / 1_000)} kB`;
  return [
    line(`${what} verified, against Node's HMAC over it`, 'ns CPU', taken.verified, taken.hmac, { ratio: 2 }),
    line(`${what} verified and read, against the bare SDK`, 'ns CPU', taken.read, taken.sdk, { ratio: 1.2 }),
  ];
}
