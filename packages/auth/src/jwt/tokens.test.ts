/** Access tokens: what they say, how long they hold, and settings that cannot be right. */
import { ConfigurationError, IntegrationError, Secret } from '@im/core';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { keyPair } from './__tests__/craft.ts';
import { acme, ada, issuerUrl, open } from './__tests__/fleet.ts';
import { createTokenIssuer } from './issuer.ts';
import { createRevocationList } from './revocation.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createTokenVerifier } from './verifier.ts';

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
