import { createHmac } from 'node:crypto';
import { isIntegrationError } from '@im/core';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { pubsub } from './pubsub.ts';
import { pushWebhook, readPush } from './push.ts';
import { type FakePushToken, fakeProject, pushBody, startFake } from './testing.ts';

const audience = 'https://app.example/push';
const serviceAccountEmail = 'push@project.iam.gserviceaccount.com';

async function openEndpoint() {
  const bench = await openBench(pubsub, startFake);
  const { clock } = bench;
  const verify = pushWebhook(bench.client(), { audience, serviceAccountEmail, clock });
  const body = pushBody(`projects/${fakeProject}/subscriptions/pushed`, { data: 'hello' }, clock.now());
  const deliver = (token: string) => verify({ body, headers: { Authorization: `Bearer ${token}` } });
  const tokenOf = (token: Partial<FakePushToken> = {}) =>
    bench.fake.pushToken({ audience, serviceAccountEmail, ...token });
  const fetches = () => bench.sent().filter((line) => line.endsWith('/certs')).length;
  return { bench, clock, verify, body, deliver, tokenOf, fetches };
}

describe('a pushed message', () => {
  test('with a token of Google’s for us is accepted, and its keys are fetched once', async () => {
    const { bench, clock, deliver, tokenOf, fetches } = await openEndpoint();
    await using _ = bench;
    const [verified] = await Promise.all([deliver(tokenOf()), deliver(tokenOf())]);
    await deliver(tokenOf());
    expect(verified?.signedAt).toBe(clock.now());
    expect(fetches()).toBe(1);
    expect(readPush(verified?.body ?? new Uint8Array())).toEqual({
      subscription: `projects/${fakeProject}/subscriptions/pushed`,
      messageId: '2070443601311540',
      data: new Uint8Array(Buffer.from('hello')),
      attributes: {},
      orderingKey: undefined,
      publishedAt: '2030-01-01T00:00:00.000000Z',
      deliveryAttempt: undefined,
    });
  });

  test.each([
    ['for another endpoint', { audience: 'https://evil.example/push' }],
    [
      'for several endpoints, none of them ours',
      { claims: { aud: ['https://a.example', 'https://b.example'] } },
    ],
    ['of another account of Google’s', { serviceAccountEmail: 'evil@other.iam.gserviceaccount.com' }],
    ['of an account that is not verified', { claims: { email_verified: false } }],
    ['of an account that says it is verified in words', { claims: { email_verified: 'true' } }],
    ['without an account', { claims: { email: undefined } }],
    ['of another issuer', { claims: { iss: 'https://accounts.evil.example' } }],
    ['signed by a key that is not Google’s', { key: 'unknown' }],
    ['without an end', { claims: { exp: undefined } }],
    ['that begins later', { claims: { nbf: 4_102_444_800 } }],
  ] as const satisfies readonly (readonly [string, Partial<FakePushToken>])[])(
    'with a token %s is refused',
    async (_, token) => {
      const { bench, deliver, tokenOf } = await openEndpoint();
      await using __ = bench;
      expect(await bench.failure(deliver(tokenOf(token)))).toMatchObject({
        name: 'WebhookError',
        refusal: 'wrong_signature',
        status: 401,
      });
    },
  );

  test('with a token that has ended is refused, give or take a minute', async () => {
    const { bench, clock, deliver, tokenOf } = await openEndpoint();
    await using _ = bench;
    const token = tokenOf();
    await clock.advance(3_600_000 + 59_000);
    await deliver(token);
    await clock.advance(2_000);
    expect(await bench.failure(deliver(token))).toMatchObject({ refusal: 'outside_time_window' });
  });

  test('whose token was changed, or made with the public key as a secret, is refused', async () => {
    const { bench, deliver, tokenOf } = await openEndpoint();
    await using _ = bench;
    const [head = '', payload = '', signature = ''] = tokenOf().split('.');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string };
    const { keys } = await bench.client().getPushKeys();
    const hmacHead = part({ ...header, alg: 'HS256' });
    const hmac = createHmac('sha256', keys[0]?.n ?? '')
      .update(`${hmacHead}.${payload}`)
      .digest('base64url');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    for (const [token, refusal] of [
      [`${head}.${part({ ...claims, extra: 1 })}.${signature}`, 'wrong_signature'],
      [`${head}.${payload}.${signature.slice(0, -4)}AAAA`, 'wrong_signature'],
      [`${hmacHead}.${payload}.${hmac}`, 'malformed_signature'],
      [`${part({ alg: 'none', kid: header.kid })}.${payload}.x`, 'malformed_signature'],
      [`${part({ alg: 'RS256' })}.${payload}.${signature}`, 'malformed_signature'],
      [`not.a.token`, 'malformed_signature'],
      ['none', 'malformed_signature'],
    ] as const) {
      expect(await bench.failure(deliver(token))).toMatchObject({ refusal, status: 401 });
    }
  });

  test('without a token, or with two, is refused', async () => {
    const { bench, verify, body, tokenOf } = await openEndpoint();
    await using _ = bench;
    expect(await bench.failure(verify({ body, headers: {} }))).toMatchObject({ refusal: 'no_signature' });
    const authorization = [`Bearer ${tokenOf()}`, `Bearer ${tokenOf()}`];
    expect(await bench.failure(verify({ body, headers: { authorization } }))).toMatchObject({
      refusal: 'malformed_signature',
    });
  });
});

describe('Google’s keys', () => {
  test('a new one is fetched when it is first met, and unknown ones at most once a minute', async () => {
    const { bench, clock, deliver, tokenOf, fetches } = await openEndpoint();
    await using _ = bench;
    await deliver(tokenOf());
    bench.fake.publishedKeys = ['0', '1'];
    await bench.failure(deliver(tokenOf({ key: 1 })));
    expect(fetches()).toBe(1);
    await clock.advance(60_000);
    await deliver(tokenOf({ key: 1 }));
    for (let count = 0; count < 50; count += 1) await bench.failure(deliver(tokenOf({ key: 'unknown' })));
    expect(fetches()).toBe(2);
  });

  test('they are kept for as long as Google says', async () => {
    const { bench, clock, deliver, tokenOf, fetches } = await openEndpoint();
    await using _ = bench;
    await deliver(tokenOf());
    await clock.advance(19_999_000);
    await deliver(tokenOf());
    expect(fetches()).toBe(1);
    await clock.advance(1_000);
    bench.fake.publishedKeys = ['1'];
    expect(await bench.failure(deliver(tokenOf()))).toMatchObject({ refusal: 'wrong_signature' });
    expect(fetches()).toBe(2);
  });

  test('when they cannot be had the delivery is neither accepted nor refused', async () => {
    const { bench, clock, deliver, tokenOf } = await openEndpoint();
    await using _ = bench;
    bench.fake.inject({
      path: /certs$/,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 503 },
    });
    const error = await clock.until(bench.failure(deliver(tokenOf())));
    expect(isIntegrationError(error) && [error.name, error.code]).toEqual([
      'IntegrationError',
      'unavailable',
    ]);
    bench.fake.forget();
    await deliver(tokenOf());
  });

  test('no credential of ours goes to where they are', async () => {
    const { bench, deliver, tokenOf } = await openEndpoint();
    await using _ = bench;
    await deliver(tokenOf());
    const exchange = bench.fake.exchanges.find(({ target }) => target.endsWith('/certs'));
    expect(exchange?.requestHeaders).not.toHaveProperty('authorization');
  });
});

test.each([
  ['nothing', ''],
  ['no JSON', 'x'],
  ['no wrapper', '{"a":1}'],
  ['no id', '{"message":{},"subscription":"s"}'],
])('a body with %s is no message', (_, body) => {
  expect(() => readPush(Buffer.from(body))).toThrow('the body is no message of Pub/Sub');
});
