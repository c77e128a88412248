import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode, Secret } from '@im/core';
import { describeVectors } from '@im/testing/vitest';
import { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import { failure, openStripe } from './__tests__/connect.ts';
import { readWebhook, type StripeWebhook, signatureHeader, signWebhook, verifySignature } from './webhook.ts';

const now = Date.UTC(2030, 0, 1);
const secrets = ['whsec_first', 'whsec_second'];
const event = { id: 'evt_1', object: 'event', type: 'charge.succeeded', data: { object: { id: 'ch_1' } } };
const body = Buffer.from(JSON.stringify(event));
const rules = { secrets: secrets.map((one) => new Secret(one)), toleranceSeconds: 300, now };

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Code and reason of a refusal. */
function refusalOf(webhook: StripeWebhook, more: Partial<typeof rules> = {}): readonly unknown[] {
  const error = thrownBy(() => readWebhook(webhook, { ...rules, ...more })) as { readonly reason?: string };
  return [errorCode(error), error.reason];
}

const signedBy = (keys: readonly string[], at = now, bytes: Uint8Array = body): StripeWebhook => ({
  body: bytes,
  headers: { [signatureHeader]: signWebhook(bytes, keys, at) },
});
const withHeader = (value: string | readonly string[]): StripeWebhook => ({
  body,
  headers: { [signatureHeader]: value },
});
const signature = (secret: string) => /v1=(\w+)/.exec(signWebhook(body, [secret], now))?.[1] ?? '';
const seconds = now / 1_000;

describe('a webhook', () => {
  it('is read where any of the secrets has signed it, under a header in any case', () => {
    for (const secret of secrets) expect(readWebhook(signedBy([secret]), rules)).toEqual(event);
    const headers = { 'Stripe-Signature': [signWebhook(body, secrets, now)] };
    expect(readWebhook({ body, headers }, rules)).toEqual(event);
  });

  it('is signed as the SDK signs and verifies', () => {
    const stripe = new Stripe('sk_test_1');
    const [first = ''] = secrets;
    const header = stripe.webhooks.generateTestHeaderString({
      payload: body.toString(),
      secret: first,
      timestamp: seconds,
    });
    expect(readWebhook(withHeader(header), rules)).toEqual(event);
    const ours = signWebhook(body, [first], Date.now());
    expect(stripe.webhooks.constructEvent(body, ours, first).id).toBe('evt_1');
  });

  it.each<[string, StripeWebhook, string, string]>([
    ['signed by a stranger', signedBy(['whsec_other']), 'unauthenticated', 'wrong_signature'],
    ['without a signature', { body, headers: {} }, 'unauthenticated', 'no_signature'],
    ['with an empty signature', withHeader(''), 'unauthenticated', 'no_signature'],
    [
      'with two headers',
      withHeader([`t=${seconds},v1=${signature('whsec_first')}`, 'v1=00']),
      'unauthenticated',
      'malformed_signature',
    ],
    [
      'without a time',
      withHeader(`v1=${signature('whsec_first')}`),
      'unauthenticated',
      'malformed_signature',
    ],
    [
      'with two times',
      withHeader(`t=${seconds},t=1,v1=${signature('whsec_first')}`),
      'unauthenticated',
      'malformed_signature',
    ],
    [
      'with a time that is no number',
      withHeader(`t=now,v1=${signature('whsec_first')}`),
      'unauthenticated',
      'malformed_signature',
    ],
    [
      'with v0 alone',
      withHeader(`t=${seconds},v0=${signature('whsec_first')}`),
      'unauthenticated',
      'malformed_signature',
    ],
    [
      'with half a signature',
      withHeader(`t=${seconds},v1=${signature('whsec_first').slice(0, 32)}`),
      'unauthenticated',
      'malformed_signature',
    ],
    [
      'signed for another time',
      withHeader(`t=${seconds + 1},v1=${signature('whsec_first')}`),
      'unauthenticated',
      'wrong_signature',
    ],
    ['signed too long ago', signedBy(secrets, now - 301_000), 'unauthenticated', 'outside_time_window'],
    ['signed in the future', signedBy(secrets, now + 301_000), 'unauthenticated', 'outside_time_window'],
    ['that is no JSON', signedBy(secrets, now, Buffer.from('{')), 'invalid_argument', 'no_event'],
    [
      'that is a thin event',
      signedBy(secrets, now, Buffer.from('{"object":"v2.core.event"}')),
      'invalid_argument',
      'no_event',
    ],
  ])('%s is refused', (_, webhook, code, reason) => {
    expect(refusalOf(webhook)).toEqual([code, reason]);
  });

  it('with its body changed by one byte is refused', () => {
    const { headers } = signedBy(secrets);
    expect(refusalOf({ body: Buffer.concat([body, Buffer.from(' ')]), headers })).toEqual([
      'unauthenticated',
      'wrong_signature',
    ]);
  });

  it('at the edge of the tolerance is taken', () => {
    for (const at of [now - 300_000, now + 300_000])
      expect(readWebhook(signedBy(secrets, at), rules)).toEqual(event);
  });

  it('that somebody parsed is refused, and says what to do', () => {
    const error = thrownBy(() => readWebhook({ ...signedBy(secrets), body: event as never }, rules));
    expect([errorCode(error), String(error)]).toEqual([
      'invalid_argument',
      expect.stringContaining('parsed already'),
    ]);
  });

  it.each([[[]], [[new Secret('')]]])('is not believed without a secret', (none) => {
    expect(refusalOf(signedBy(['']), { secrets: none })).toEqual(['failed_precondition', 'no_secret']);
  });

  it('is verified by the client with the secrets and the tolerance of its options', async () => {
    await using opened = await openStripe({
      options: { webhookSecrets: secrets, webhookToleranceSeconds: 10 },
    });
    const { client, clock } = opened;
    expect(await client.verifyWebhook(signedBy(['whsec_second'], clock.now()))).toEqual(event);
    const late = await failure(client.verifyWebhook(signedBy(['whsec_second'], clock.now() - 11_000)));
    expect([late.code, late.reason]).toEqual(['unauthenticated', 'outside_time_window']);
    expect(opened.fake.exchanges, 'it talks to nobody').toEqual([]);
  });
});

interface Vector {
  readonly id: string;
  readonly expect: 'accept' | 'reject';
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly secret?: string;
  readonly now: number;
}

describeVectors('published webhook vectors', 'webhooks', (folder) => {
  const vectors = JSON.parse(readFileSync(join(folder, 'stripe.json'), 'utf8')) as {
    readonly secret: string;
    readonly cases: readonly Vector[];
  };
  it.each(vectors.cases.map((one) => [one.id, one] as const))('%s', (_, vector) => {
    const { secret = vectors.secret } = vector;
    const verify = () =>
      verifySignature(
        { body: Buffer.from(vector.body), headers: vector.headers },
        { secrets: [new Secret(secret)], toleranceSeconds: 300, now: vector.now * 1_000 },
      );
    if (vector.expect === 'accept') expect(verify).not.toThrow();
    else expect(['unauthenticated', 'failed_precondition']).toContain(errorCode(thrownBy(verify)));
  });
});
