import { randomBytes } from 'node:crypto';
import {
  ConfigurationError,
  IntegrationError,
  type LogFields,
  memoryState,
  Secret,
  type StateStore,
} from '@im/core';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { serve } from '../__tests__/serve.ts';
import { createEnvelope } from '../common/envelope.ts';
import { craft, ecdsa, keyPair } from './__tests__/craft.ts';
import { createTokenIssuer } from './issuer.ts';
import { jwksHandler } from './jwks-handler.ts';
import { createKeyRing, type KeyRingOptions } from './key-ring.ts';
import { createRemoteKeySet } from './remote-key-set.ts';
import { createRevocationList } from './revocation.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createTokenVerifier, type TokenVerifierOptions } from './verifier.ts';

const issuerUrl = 'https://app.test';
const day = 86_400_000;
const envelope = createEnvelope({ keys: [{ id: 'k', key: new Secret(randomBytes(32).toString('base64')) }] });

/** One process of a fleet. */
function processOf(state: StateStore, clock: VirtualClock, ringOptions: Partial<KeyRingOptions> = {}) {
  const keys = createKeyRing({ state, envelope, clock, ...ringOptions });
  const issuer = createTokenIssuer({ issuer: issuerUrl, audience: 'api', keys, clock });
  const verifier = (options: Partial<TokenVerifierOptions> = {}) =>
    createTokenVerifier({
      issuer: issuerUrl,
      audience: 'api',
      keys,
      clock,
      tenantClaim: 'tenant',
      ...options,
    });
  return { keys, issuer, verifier };
}
const open = (ringOptions: Partial<KeyRingOptions> = {}) => {
  const clock = createVirtualClock();
  const state = memoryState(clock);
  return { clock, state, ...processOf(state, clock, ringOptions) };
};
const ada = { subject: 'ada', tenant: 'acme', scopes: ['read', 'write'], clientId: 'web' };
const acme = { tenant: 'acme' };

describe('an access token', () => {
  it('says who, for whom, what and until when, and is verified as such (RFC 9068)', async () => {
    const { issuer, verifier, keys, clock } = open();
    const token = await issuer.issue({ ...ada, claims: { plan: 'pro' } });
    const verified = await verifier().verify(token.value, acme);
    expect(verified).toMatchObject({ ...ada, issuer: issuerUrl, id: token.id, algorithm: 'ES256' });
    expect(verified.claims).toMatchObject({ plan: 'pro', aud: 'api', scope: 'read write' });
    expect([verified.issuedAt, verified.expiresAt]).toEqual([clock.now(), clock.now() + 600_000]);
    expect(String(token.value)).toBe('[redacted]');
    const elsewhere = await jwtVerify(
      token.value.reveal(),
      createLocalJWKSet((await keys.published()) as never),
      {
        currentDate: new Date(clock.now()),
        typ: 'at+jwt',
      },
    );
    expect(elsewhere.payload.sub).toBe('ada');
  });

  it('holds until its end and the tolerance of clocks, and not longer', async () => {
    const { issuer, verifier, clock } = open();
    const { value } = await issuer.issue(ada);
    await clock.advance(629_000);
    await verifier().verify(value, acme);
    await clock.advance(1_000);
    await expect(verifier().verify(value, acme)).rejects.toMatchObject({
      reason: 'token_expired',
      message: expect.stringContaining('the token has expired'),
    });
  });

  it('that lives longer than is allowed is refused, however well it is signed', async () => {
    const { issuer, verifier } = open();
    const { value } = await issuer.issue({ ...ada, lifetimeSeconds: 86_401 });
    await expect(verifier().verify(value, acme)).rejects.toMatchObject({ reason: 'lifetime_too_long' });
  });

  it('cannot be given claims that the issuer sets', async () => {
    const { issuer } = open();
    await expect(issuer.issue({ ...ada, claims: { tenant: 'globex', exp: 1 } })).rejects.toThrow(
      /may not hold exp, tenant/,
    );
    await expect(issuer.issue({ ...ada, tenant: '' })).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('is refused without a tenant to compare with, where tokens have one', async () => {
    const { issuer, verifier } = open();
    const { value } = await issuer.issue(ada);
    await expect(verifier().verify(value)).rejects.toMatchObject({ reason: 'wrong_tenant' });
  });

  it('is refused once it is revoked, or all of its person are', async () => {
    const { issuer, verifier, state, clock } = open();
    const revocation = createRevocationList({ state, clock });
    const checking = verifier({ revocation });
    const [one, two] = [await issuer.issue(ada), await issuer.issue(ada)];
    await revocation.revoke(await checking.verify(one.value, acme));
    await expect(checking.verify(one.value, acme)).rejects.toMatchObject({ reason: 'token_revoked' });
    const verified = await checking.verify(two.value, acme);
    await revocation.revokeSubject(verified);
    await expect(checking.verify(two.value, acme)).rejects.toMatchObject({ reason: 'token_revoked' });
    await clock.advance(1_000);
    await checking.verify((await issuer.issue(ada)).value, acme);
    const eve = await issuer.issue({ ...ada, subject: 'eve' });
    await checking.verify(eve.value, acme);
  });

  it('is refused while revocations cannot be read', async () => {
    const { issuer, verifier } = open();
    const down = new IntegrationError('no store', { code: 'unavailable' });
    const checking = verifier({ revocation: { isRevoked: () => Promise.reject(down) } });
    await expect(checking.verify((await issuer.issue(ada)).value, acme)).rejects.toBe(down);
  });
});

describe('settings', () => {
  it('of a verifier are refused with every fault at once', () => {
    const make = () =>
      createTokenVerifier({
        issuer: [],
        audience: '',
        keys: open().keys,
        algorithms: ['none' as never],
        toleranceSeconds: 61,
        maxLifetimeSeconds: 0,
      });
    expect(make).toThrow(ConfigurationError);
    expect(make).toThrow(
      /5 faults[\s\S]*issuer[\s\S]*audience[\s\S]*toleranceSeconds[\s\S]*maxLifetimeSeconds[\s\S]*algorithms/,
    );
  });

  it('of an issuer are refused with every fault at once', () => {
    const make = () => createTokenIssuer({ issuer: '', audience: [], keys: open().keys, lifetimeSeconds: 0 });
    expect(make).toThrow(/3 faults/);
  });

  it('keys that are none are named by their place, and not shown', async () => {
    const { privateKey } = keyPair('rsa');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const making = createSigningKeys([
      { algorithm: 'ES256', key: new Secret('not a key') },
      { algorithm: 'ES256', key: new Secret(pem) },
    ]);
    await expect(making).rejects.toThrow(
      /keys\[0\] is neither[\s\S]*keys\[1\] has a type that does not go with ES256/,
    );
    await expect(making).rejects.not.toThrow(/not a key|BEGIN/);
  });
});

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
