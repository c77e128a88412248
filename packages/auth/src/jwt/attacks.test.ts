/** Every case of `vectors/jwt/attack-list.json`, built with fresh keys: refused, with the reason logged, and nothing leaked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, memoryState, provide } from '@im/core';
import { transportKey } from '@im/http';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { createOneTime } from '../common/one-time.ts';
import {
  byUs,
  claims,
  clock,
  counting,
  ec,
  expectRefused,
  good,
  header,
  now,
  ps,
  published,
  requests,
  rs,
  secret,
  useScene,
  verifier,
  withHeader,
} from './__tests__/attack-scene.ts';
import { attacksOnClaims } from './__tests__/attacks-on-claims.ts';
import { attacksOnForm } from './__tests__/attacks-on-form.ts';
import { attacksOnKeys } from './__tests__/attacks-on-keys.ts';
import { craft, encode, hmac, keyPair, pss, rsa } from './__tests__/craft.ts';
import { createKeySet } from './key-set.ts';
import { createRemoteKeySet } from './remote-key-set.ts';

useScene();

const attacks = { ...attacksOnKeys, ...attacksOnForm, ...attacksOnClaims };

/** Cases that are not about one token. */
const others: Readonly<Record<string, () => Promise<void>>> = {
  'kid-unknown-flood': async () => {
    const keys = createRemoteKeySet({
      url: published.url,
      clock,
      services: [provide(transportKey, counting)],
    });
    const flooded = verifier({ keys });
    await flooded.verify(good(), { tenant: 'acme' });
    await clock.advance(30_000);
    requests.length = 0;
    for (let index = 0; index < 1_000; index += 1) {
      await expect(
        flooded.verify(withHeader({ kid: `k${index}` }), { tenant: 'acme' }),
      ).rejects.toMatchObject({
        reason: 'unknown_key',
      });
      if (index % 100 === 0) await clock.advance(1_000);
    }
    expect(requests).toEqual([published.url]);
    await flooded.verify(craft(header, { ...claims, iat: now + 40, exp: now + 600 }, byUs), {
      tenant: 'acme',
    });
  },
  'weak-hmac-key': async () => {
    const weak = createKeySet({
      keys: [{ kty: 'oct', alg: 'HS256', kid: 'w', k: encode(Buffer.alloc(31, 'w')) }],
    });
    await expect(weak).rejects.toThrow(ConfigurationError);
    await expect(weak).rejects.toThrow(/keys\[0\] is shorter than the 32 bytes that HS256 needs/);
  },
  'small-rsa': async () => {
    const { jwk } = keyPair('rsa', { kid: 'small', alg: 'RS256' }, 1_024);
    await expect(createKeySet({ keys: [jwk] })).rejects.toThrow(/fewer than 2048 bits/);
  },
  'use-enc': async () => {
    await expect(createKeySet({ keys: [{ ...ec.jwk, use: 'enc' }] })).rejects.toThrow(/not for signatures/);
    await expect(createKeySet({ keys: [{ ...ec.jwk, key_ops: ['sign'] }] })).rejects.toThrow(
      /not for verifying/,
    );
  },
  'replay-jti': async () => {
    const once = verifier({ oneTime: createOneTime(memoryState(clock), clock) });
    const token = craft(header, { ...claims, iat: clock.now() / 1_000, exp: clock.now() / 1_000 + 60 }, byUs);
    await once.verify(token, { tenant: 'acme' });
    await expect(once.verify(token, { tenant: 'acme' })).rejects.toMatchObject({ reason: 'token_replayed' });
    const [one, other] = await Promise.allSettled(
      [1, 2].map(() => once.verify(craft(header, { ...claims, jti: 'j2' }, byUs), { tenant: 'acme' })),
    );
    expect([one?.status, other?.status].sort()).toEqual(['fulfilled', 'rejected']);
  },
};

it('the tokens that attacks are made of are accepted as they are', async () => {
  await expect(verifier().verify(good(), { tenant: 'acme' })).resolves.toMatchObject({
    subject: 'ada',
    tenant: 'acme',
  });
  await verifier().verify(withHeader({ alg: 'RS256', kid: 'rs' }, rsa(rs.privateKey)), { tenant: 'acme' });
  await verifier().verify(withHeader({ alg: 'PS256', kid: 'ps' }, pss(ps.privateKey)), { tenant: 'acme' });
  const shared = await createKeySet({ keys: [{ kty: 'oct', alg: 'HS256', kid: 'h', k: encode(secret) }] });
  await verifier({ keys: shared, algorithms: ['HS256'] }).verify(
    withHeader({ alg: 'HS256', kid: 'h' }, hmac(secret)),
    {
      tenant: 'acme',
    },
  );
});

describe('a token verifier refuses', () => {
  for (const [id, build] of Object.entries(attacks))
    it(id, async () => {
      for (const attempt of build()) await expectRefused(attempt);
    });
  for (const [id, run] of Object.entries(others)) it(id, run);
});

describeVectors('the list of attacks on JWTs', 'jwt', (folder) => {
  const { cases } = JSON.parse(readFileSync(join(folder, 'attack-list.json'), 'utf8')) as {
    readonly cases: readonly { readonly id: string }[];
  };
  it('has a test above for each of its cases', () => {
    expect(cases.map(({ id }) => id).filter((id) => !(id in attacks || id in others))).toEqual([]);
    expect(cases.length).toBeGreaterThan(30);
  });
});
