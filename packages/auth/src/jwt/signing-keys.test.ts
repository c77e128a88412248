/** Signing keys, of settings and of a ring, and how they are published. */
import { memoryState, Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { keyPair } from './__tests__/craft.ts';
import { acme, ada, day, issuerUrl, open, processOf } from './__tests__/fleet.ts';
import { createTokenIssuer } from './issuer.ts';
import { jwksHandler } from './jwks-handler.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createTokenVerifier } from './verifier.ts';

describe('signing keys', () => {
  it('from settings: the first signs, all verify, and public parts are published', async () => {
    const clock = createVirtualClock();
    const [old, next] = [keyPair('ec'), keyPair('rsa')].map(
      ({ privateKey }) => new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
    ) as [Secret, Secret];
    const before = await createSigningKeys([{ algorithm: 'ES256', key: old, kid: 'old' }]);
    const after = await createSigningKeys([
      { algorithm: 'RS256', key: next, kid: 'next' },
      { algorithm: 'ES256', key: old, kid: 'old' },
    ]);
    const token = await createTokenIssuer({ issuer: issuerUrl, audience: 'api', keys: before, clock }).issue({
      subject: 'ada',
    });
    const verifier = createTokenVerifier({ issuer: issuerUrl, audience: 'api', keys: after, clock });
    expect((await verifier.verify(token.value)).keyId).toBe('old');
    const newer = await createTokenIssuer({ issuer: issuerUrl, audience: 'api', keys: after, clock }).issue({
      subject: 'ada',
    });
    expect((await verifier.verify(newer.value)).keyId).toBe('next');
    const published = JSON.stringify(await after.published());
    expect(published).toMatch(/"kid":"next".*"kid":"old"/);
    expect(published).not.toMatch(/"(d|p|q|dp|dq|qi|k)":/);
  });

  it('of a ring are made once by any number of processes, sealed at rest', async () => {
    const clock = createVirtualClock();
    const state = memoryState(clock);
    const fleet = Array.from({ length: 4 }, () => processOf(state, clock));
    const kids = await Promise.all(fleet.map(async ({ keys }) => (await keys.signing()).kid));
    expect(new Set(kids).size).toBe(1);
    const token = await fleet[0]?.issuer.issue(ada);
    await fleet[3]?.verifier().verify(token?.value ?? '', acme);
    const stored = (await state.get('auth/keys/default'))?.value ?? '';
    expect(stored).toContain('im1.k.');
    expect(stored).not.toMatch(/"d":/);
  });

  it('change without any token refused: announced, then signing, then verifying, then gone', async () => {
    const { clock, state, keys, issuer, verifier } = open({
      rotateAfterMs: 30 * day,
      publishAheadMs: 3_600_000,
      overlapMs: day,
    });
    const other = processOf(state, clock);
    const first = (await keys.signing()).kid;
    const kids = async () => (await keys.published()).keys.map(({ kid }) => kid);
    await clock.advance(30 * day - 3_600_000);
    const old = await issuer.issue({ ...ada, lifetimeSeconds: 86_400 });
    expect([(await kids()).length, (await keys.signing()).kid]).toEqual([2, first]);
    await clock.advance(3_600_000);
    const next = (await keys.signing()).kid;
    expect(next).not.toBe(first);
    expect((await other.keys.signing()).kid).toBe(next);
    expect((await verifier().verify(old.value, acme)).keyId).toBe(first);
    await other.verifier().verify((await issuer.issue(ada)).value, acme);
    await clock.advance(day + 1);
    expect(await kids()).toEqual([next]);
    await expect(verifier().verify(old.value, acme)).rejects.toMatchObject({ reason: 'unknown_key' });
  });

  it('change ahead of time when asked to', async () => {
    const { clock, keys } = open();
    const first = (await keys.signing()).kid;
    await keys.rotate();
    expect((await keys.signing()).kid).toBe(first);
    await clock.advance(3_600_000);
    expect((await keys.signing()).kid).not.toBe(first);
  });

  it('are taken out at once when one is lost, and another signs', async () => {
    const { clock, state, keys, issuer, verifier } = open();
    const other = processOf(state, clock);
    const stolen = await issuer.issue(ada);
    await other.verifier().verify(stolen.value, acme);
    const { kid } = await keys.signing();
    await keys.revoke(kid);
    await expect(verifier().verify(stolen.value, acme)).rejects.toMatchObject({ reason: 'unknown_key' });
    expect((await keys.signing()).kid).not.toBe(kid);
    const fresh = await issuer.issue(ada);
    await clock.advance(10_000);
    await expect(other.verifier().verify(stolen.value, acme)).rejects.toMatchObject({
      reason: 'unknown_key',
    });
    await other.verifier().verify(fresh.value, acme);
  });

  it('that another process has just announced are found at once', async () => {
    const { clock, state, keys, issuer } = open({ publishAheadMs: 0, maxStaleMs: 60_000 });
    const other = processOf(state, clock, { publishAheadMs: 0, maxStaleMs: 60_000 });
    await other.verifier().verify((await issuer.issue(ada)).value, acme);
    await clock.advance(1_000);
    await keys.rotate();
    await other.verifier().verify((await issuer.issue(ada)).value, acme);
  });
});

describe('a published key set', () => {
  it('may be kept for a while, and is 304 for whoever has it', async () => {
    const { keys } = open();
    const handler = jwksHandler(keys);
    const url = 'https://app.test/.well-known/jwks.json';
    const answer = await handler(new Request(url));
    expect([answer.status, answer.headers.get('cache-control'), answer.headers.get('content-type')]).toEqual([
      200,
      'public, max-age=900',
      'application/jwk-set+json',
    ]);
    const etag = answer.headers.get('etag') ?? '';
    const again = await handler(new Request(url, { headers: { 'if-none-match': `W/${etag}, "other"` } }));
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await handler(new Request(url, { method: 'HEAD' }))).headers.get('etag')).toBe(etag);
    expect((await handler(new Request(url, { method: 'POST' }))).status).toBe(405);
    await keys.rotate();
    expect((await handler(new Request(url, { headers: { 'if-none-match': etag } }))).status).toBe(200);
  });
});
