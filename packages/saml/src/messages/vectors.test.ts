/** The signature corpus of node-saml: what must be taken, and what must not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeVectors } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import { Refused } from '../refusals.ts';
import { readLogout } from './logout.ts';
import { openResponse, proveResponse, type SignedPart } from './response.ts';

interface Case {
  readonly title: string;
  readonly file: string;
  readonly clock: string | null;
  readonly options: {
    readonly wantAuthnResponseSigned: boolean;
    readonly wantAssertionsSigned: boolean;
    readonly idpCert?: string;
  };
  readonly expect: 'accept' | 'reject';
}

const signedPart = ({ wantAuthnResponseSigned, wantAssertionsSigned }: Case['options']): SignedPart =>
  wantAuthnResponseSigned
    ? wantAssertionsSigned
      ? 'both'
      : 'response'
    : wantAssertionsSigned
      ? 'assertion'
      : 'either';

describeVectors('signatures of node-saml', 'saml', (folder) => {
  const { cases } = JSON.parse(readFileSync(join(folder, 'node-saml/expected.json'), 'utf8')) as {
    readonly cases: readonly Case[];
  };
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');

  const prove = async ({ file, clock, options }: Case) => {
    const response = openResponse(read(file));
    return proveResponse(response, {
      issuer: 'https://evil-corp.com',
      audience: 'onesaml_login',
      audienceMayBeAbsent: true,
      recipient: 'https://evil-corp.madness.com/sso/callback',
      inResponseTo: response.inResponseTo,
      now: Date.parse(clock ?? '2020-09-25T16:59:00Z'),
      clockSkewMs: 0,
      trust: { certificates: [read(`node-saml/${options.idpCert ?? 'cert.pem'}`)], allowSha1: true },
      signed: signedPart(options),
      encrypted: false,
      keys: [],
    });
  };

  it.each(cases.filter((one) => one.expect === 'accept'))('takes: $title', async (one) => {
    const { nameId } = await prove(one);
    expect(nameId.value).toBe('vincent.vega@evil-corp.com');
  });

  it.each(cases.filter((one) => one.expect === 'reject'))('refuses: $title', async (one) => {
    await expect((async () => prove(one))()).rejects.toBeInstanceOf(Refused);
  });

  it('has cases of both kinds', () => {
    expect(cases.filter((one) => one.expect === 'accept').length).toBeGreaterThan(10);
    expect(cases.filter((one) => one.expect === 'reject').length).toBeGreaterThan(20);
  });

  const logout = (file: string) =>
    readLogout(read(`node-saml/${file}`), {
      issuer: 'http://sp.example.com/demo1/metadata.php',
      destination: 'http://idp.example.com/SingleLogoutService.php',
      now: Date.parse('2014-07-18T01:14:00Z'),
      clockSkewMs: 0,
      trust: { certificates: [read('node-saml/cert.pem')], allowSha1: true },
      keys: [],
      isQuerySigned: false,
    });

  it('takes a logout that is signed, and its session', async () => {
    const nameId = { value: 'ONELOGIN_f92cc1834efc0f73e9c09f482fce80037a6251e7' };
    expect(await logout('logout_request_with_good_signature.xml')).toMatchObject({
      nameId,
      sessionIndexes: [],
    });
    expect(await logout('logout_request_with_session_index.xml')).toMatchObject({
      nameId,
      sessionIndexes: ['1'],
    });
  });

  it.each([
    ['logout_request_with_bad_signature.xml', 'signature_invalid'],
    ['logout_request_with_bad_expiration.xml', 'expired'],
    // Its EncryptedID is in no namespace, which is none of SAML's.
    ['logout_request_with_encrypted_name_id.xml', 'no_subject'],
  ])('refuses %s', async (file, reason) => {
    await expect(logout(file)).rejects.toMatchObject({ reason });
  });
});
