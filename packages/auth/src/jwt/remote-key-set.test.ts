/** Keys that another issuer publishes. */
import type { LogFields } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { serve } from '../__tests__/serve.ts';
import { craft, ecdsa, keyPair } from './__tests__/craft.ts';
import { issuerUrl } from './__tests__/fleet.ts';
import { createRemoteKeySet } from './remote-key-set.ts';
import { createTokenVerifier } from './verifier.ts';

describe('a key set of another issuer', () => {
  const ec = keyPair('ec', { kid: 'one', alg: 'ES256' });
  const two = keyPair('ec', { kid: 'two', alg: 'ES256' });
  const setOf =
    (...keys: object[]) =>
    () =>
      Response.json({ keys });

  async function remote(lines: [string, LogFields | undefined][] = []) {
    const clock = createVirtualClock();
    const server = await serve(setOf(ec.jwk));
    const log = (message: string, fields?: LogFields) => void lines.push([message, fields]);
    const keys = createRemoteKeySet({
      url: `${server.url}/jwks`,
      clock,
      logger: { debug: log, info: log, warn: log, error: log },
      maxBytes: 10_000,
    });
    const verifier = createTokenVerifier({
      issuer: issuerUrl,
      audience: 'api',
      keys,
      clock,
      requiredClaims: [],
    });
    const sign = (pair: typeof ec, kid = pair.jwk.kid) => {
      const now = clock.now() / 1_000;
      return craft(
        { alg: 'ES256', kid, typ: 'at+jwt' },
        { iss: issuerUrl, aud: 'api', iat: now, exp: now + 600 },
        ecdsa(pair.privateKey),
      );
    };
    return {
      clock,
      server,
      keys,
      verifier,
      sign,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  }

  it('is fetched once for all who wait, and kept', async () => {
    await using set = await remote();
    await Promise.all(Array.from({ length: 100 }, () => set.verifier.verify(set.sign(ec))));
    expect(set.server.requests).toHaveLength(1);
    await set.clock.advance(599_000);
    await set.verifier.verify(set.sign(ec));
    expect(set.server.requests).toHaveLength(1);
    await set.clock.advance(1_000);
    await set.verifier.verify(set.sign(ec));
    expect(set.server.requests).toHaveLength(2);
  });

  it('is kept as long as it says, within bounds', async () => {
    await using set = await remote();
    set.server.handle(() =>
      Response.json({ keys: [ec.jwk] }, { headers: { 'cache-control': 'public, max-age=3600' } }),
    );
    await set.verifier.verify(set.sign(ec));
    await set.clock.advance(3_599_000);
    await set.verifier.verify(set.sign(ec));
    expect(set.server.requests).toHaveLength(1);
    set.server.handle(() => Response.json({ keys: [ec.jwk] }, { headers: { 'cache-control': 'max-age=0' } }));
    await set.clock.advance(1_000);
    await set.verifier.verify(set.sign(ec));
    await set.clock.advance(59_000);
    await set.verifier.verify(set.sign(ec));
    expect(set.server.requests).toHaveLength(2);
  });

  it('is fetched again for a new key, once a cool-down has passed', async () => {
    await using set = await remote();
    await set.verifier.verify(set.sign(ec));
    set.server.handle(setOf(ec.jwk, two.jwk));
    await expect(set.verifier.verify(set.sign(two))).rejects.toMatchObject({ reason: 'unknown_key' });
    await set.clock.advance(30_000);
    await set.verifier.verify(set.sign(two));
    expect(set.server.requests).toHaveLength(2);
  });

  it.each([
    ['is down', () => new Response('no', { status: 503 })],
    ['answers with a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['answers with too much', () => Response.json({ keys: [ec.jwk], more: 'x'.repeat(20_000) })],
    ['answers with another shape', () => Response.json({ keys: { kid: 'one' } })],
    ['answers with no key', () => Response.json({ keys: [] })],
    ['redirects', () => new Response(null, { status: 302, headers: { location: 'https://evil.test/' } })],
    ['gives out a private key', setOf(ec.privateKey.export({ format: 'jwk' }))],
    ['gives out a shared secret', setOf(ec.jwk, { kty: 'oct', alg: 'HS256', k: 'x'.repeat(50) })],
    ['has one name for two keys', setOf(ec.jwk, { ...two.jwk, kid: 'one' })],
  ])('goes on with the last good one while the issuer %s', async (_, bad) => {
    const lines: [string, LogFields | undefined][] = [];
    await using set = await remote(lines);
    await set.verifier.verify(set.sign(ec));
    set.server.handle(bad);
    await set.clock.advance(600_000);
    await set.verifier.verify(set.sign(ec));
    await set.verifier.verify(set.sign(ec));
    expect(set.server.requests).toHaveLength(2);
    expect(lines.map(([message]) => message)).toEqual(['auth: a key set could not be fetched']);
    set.server.handle(setOf(ec.jwk));
    await set.clock.advance(30_000);
    await set.verifier.verify(set.sign(ec));
    expect(set.server.requests).toHaveLength(3);
  });

  it('is unavailable, and not the token refused, when there has never been one', async () => {
    await using set = await remote();
    set.server.handle(() => new Response('no', { status: 500 }));
    const failing = set.verifier.verify(set.sign(ec));
    await expect(failing).rejects.toMatchObject({ code: 'unavailable', reason: 'no_keys', retryable: true });
    await expect(set.verifier.verify(set.sign(ec))).rejects.toMatchObject({ reason: 'no_keys' });
    expect(set.server.requests).toHaveLength(1);
    set.server.handle(setOf(ec.jwk));
    await set.clock.advance(30_000);
    await set.verifier.verify(set.sign(ec));
  });

  it('leaves out keys that are not for us, and forgets those that are gone', async () => {
    await using set = await remote();
    set.server.handle(
      setOf(
        ec.jwk,
        { kty: 'XYZ', kid: 'future' },
        { ...two.jwk, use: 'enc' },
        keyPair('rsa', { kid: 'weak' }, 1_024).jwk,
      ),
    );
    await set.verifier.verify(set.sign(ec));
    await expect(set.verifier.verify(set.sign(two))).rejects.toMatchObject({ reason: 'unknown_key' });
    set.server.handle(setOf(two.jwk));
    await set.clock.advance(600_000);
    await expect(set.verifier.verify(set.sign(ec))).rejects.toMatchObject({ reason: 'unknown_key' });
  });

  it('serves a token without kid only where one key fits (OpenID Connect Core §10.1)', async () => {
    await using set = await remote();
    const nameless = (pair: typeof ec) => {
      const now = set.clock.now() / 1_000;
      return craft(
        { alg: 'ES256', typ: 'at+jwt' },
        { iss: issuerUrl, aud: 'api', iat: now, exp: now + 600 },
        ecdsa(pair.privateKey),
      );
    };
    await set.verifier.verify(nameless(ec));
    set.server.handle(setOf(ec.jwk, two.jwk));
    await set.clock.advance(600_000);
    await expect(set.verifier.verify(nameless(ec))).rejects.toMatchObject({ reason: 'ambiguous_key' });
  });

  it('whose address came from elsewhere may not be a private one (SSRF)', async () => {
    await using server = await serve(setOf(ec.jwk));
    const keys = createRemoteKeySet({ url: `${server.url}/jwks`, allow: ['*'] });
    await expect(async () => await keys.current()).rejects.toMatchObject({ reason: 'no_keys' });
    expect(server.requests).toEqual([]);
  });
});
