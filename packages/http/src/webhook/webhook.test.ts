import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, memoryState, systemClock } from '@im/core';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../__tests__/support.ts';
import { type VerifyWebhook, WebhookError, type WebhookHeaders } from './delivery.ts';
import { hmacWebhook } from './hmac.ts';
import { signStandardWebhook, standardWebhooks } from './standard-webhooks.ts';

const body = Buffer.from('{"a": 1}');
const at = (seconds: number): Clock => ({ ...systemClock, now: () => seconds * 1_000 });
const sign = (secret: string, text: string | Uint8Array, algorithm = 'sha256') =>
  createHmac(algorithm, secret).update(text).digest('hex');

/** Why a delivery was refused; `accepted` when it was not. */
async function outcome(
  verify: VerifyWebhook,
  headers: WebhookHeaders,
  bytes: Uint8Array = body,
): Promise<string> {
  try {
    await verify({ body: bytes, headers });
    return 'accepted';
  } catch (error) {
    if (error instanceof WebhookError) return error.refusal;
    throw error;
  }
}

describe('webhooks by a plain HMAC', () => {
  const verify = hmacWebhook({ secrets: ['new', 'old'], header: 'X-Signature', prefix: 'sha256=' });
  const good = `sha256=${sign('new', body)}`;

  it.each([
    ['the present secret', { 'x-signature': good }, 'accepted'],
    ['the secret being rotated out', { 'X-SIGNATURE': `sha256=${sign('old', body)}` }, 'accepted'],
    ['another secret', { 'x-signature': `sha256=${sign('other', body)}` }, 'wrong_signature'],
    ['no signature', {}, 'no_signature'],
    ['an empty one', { 'x-signature': '' }, 'no_signature'],
    ['no prefix', { 'x-signature': sign('new', body) }, 'malformed_signature'],
    ['a shorter one', { 'x-signature': good.slice(0, -2) }, 'malformed_signature'],
    ['two of them', { 'x-signature': [good, good] }, 'malformed_signature'],
    ['something appended', { 'x-signature': `${good}zz` }, 'malformed_signature'],
  ])('signed with %s: %s', async (_name, headers, expected) => {
    expect(await outcome(verify, headers)).toBe(expected);
  });

  it('refuses every change of one bit in the body', async () => {
    for (let bit = 0; bit < body.byteLength * 8; bit += 1) {
      const changed = Buffer.from(body);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(await outcome(verify, { 'x-signature': good }, changed)).toBe('wrong_signature');
    }
  });

  it('refuses everything when there is no secret', async () => {
    for (const secrets of [[], ['']]) {
      const closed = hmacWebhook({ secrets, header: 'x-signature' });
      expect(await outcome(closed, { 'x-signature': sign('', body) })).toBe('no_secret');
    }
  });

  it.each([
    ['sha1', 'hex'],
    ['sha512', 'base64'],
  ] as const)('takes %s in %s', async (algorithm, encoding) => {
    const signature = createHmac(algorithm, 'k').update(body).digest(encoding);
    expect(
      await outcome(hmacWebhook({ secrets: ['k'], header: 's', algorithm, encoding }), { s: signature }),
    ).toBe('accepted');
  });

  it('holds a signed time within the window, on both sides', async () => {
    const timed = (now: number) =>
      hmacWebhook({
        secrets: ['k'],
        header: 's',
        timestamp: { header: 't', toleranceSeconds: 10 },
        clock: at(now),
      });
    const headers = { s: sign('k', `1000.${body}`), t: '1000' };
    expect(await outcome(timed(1_010), headers)).toBe('accepted');
    expect(await outcome(timed(990), headers)).toBe('accepted');
    expect(await outcome(timed(1_011), headers)).toBe('outside_time_window');
    expect(await outcome(timed(989), headers)).toBe('outside_time_window');
    expect(await outcome(timed(1_000), { ...headers, t: '1001' })).toBe('wrong_signature');
    expect(await outcome(timed(1_000), { s: sign('k', `1e3.${body}`), t: '1e3' })).toBe('no_timestamp');
  });

  it('accepts a delivery once, however many arrive at the same time', async () => {
    const replays = memoryState();
    const once = hmacWebhook({ secrets: ['k'], header: 's', idHeader: 'id', replays });
    const headers = { s: sign('k', body), id: 'd1' };
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcome(once, headers)));
    expect(outcomes.filter((one) => one === 'accepted')).toHaveLength(1);
    expect(outcomes.filter((one) => one === 'replayed')).toHaveLength(19);
    expect(await outcome(once, { s: headers.s })).toBe('no_id');
  });

  it('says in its error what to answer, and neither the secret nor the signature', async () => {
    const error = await errorOf(
      verify({ body, headers: { 'x-signature': `sha256=${sign('other', body)}` } }),
    );
    expect(error).toMatchObject({ status: 401, code: 'unauthenticated', retryable: false });
    expect(String(error)).not.toContain(sign('new', body));
  });
});

describe('Standard Webhooks', () => {
  it('verifies what it signs', async () => {
    const secret = `whsec_${Buffer.from('a key of some bytes').toString('base64')}`;
    const verify = standardWebhooks({ secrets: [secret], clock: at(5_000), replays: memoryState() });
    const headers = {
      'webhook-id': 'm1',
      'webhook-timestamp': '5000',
      'webhook-signature': signStandardWebhook(secret, 'm1', 5_000, body),
    };
    await expect(verify({ body, headers })).resolves.toMatchObject({ id: 'm1', signedAt: 5_000_000 });
    expect(await outcome(verify, headers)).toBe('replayed');
  });
});

interface Vectors {
  readonly secret?: string;
  readonly body?: string;
  readonly cases: readonly {
    readonly id: string;
    readonly expect: 'accept' | 'reject';
    readonly secret?: string;
    readonly body?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly now?: number;
  }[];
}

describeVectors('webhooks by the published examples', 'webhooks', (folder) => {
  const verifiers: Readonly<Record<string, (secret: string, clock: Clock) => VerifyWebhook>> = {
    github: (secret) => hmacWebhook({ secrets: [secret], header: 'x-hub-signature-256', prefix: 'sha256=' }),
    razorpay: (secret) => hmacWebhook({ secrets: [secret], header: 'x-razorpay-signature' }),
    'standard-webhooks': (secret, clock) => standardWebhooks({ secrets: [secret], clock }),
  };
  for (const [name, verifier] of Object.entries(verifiers)) {
    const vectors = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Vectors;
    it.each(vectors.cases)(`${name}: $id is to $expect`, async (one) => {
      const verify = verifier(one.secret ?? vectors.secret ?? '', at(one.now ?? 0));
      const result = await outcome(verify, one.headers, Buffer.from(one.body ?? vectors.body ?? ''));
      expect(result === 'accepted' ? 'accept' : 'reject').toBe(one.expect);
    });
  }
});
