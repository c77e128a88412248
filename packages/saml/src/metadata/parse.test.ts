import { describe, expect, it } from 'vitest';
import { keyOf } from '../__tests__/keys.ts';
import { makeKey } from '../fake/certificate.ts';
import { FakeIdentityProvider } from '../fake/identity-provider.ts';
import { signAs } from '../fake/write-answer.ts';
import { type MetadataOptions, parseMetadata } from './parse.ts';

const now = Date.UTC(2030, 0, 1);
const provider = new FakeIdentityProvider({ baseUrl: 'https://idp.example.net', key: keyOf('provider') });
const good = provider.metadata();
const parse = (text: string, options: Partial<MetadataOptions> = {}) =>
  parseMetadata(text, { now, ...options });
const refusal = (reason: string, detail?: string) =>
  expect.objectContaining({
    name: 'Refused',
    reason,
    ...(detail === undefined ? {} : { detail: expect.stringContaining(detail) }),
  });

/** Several providers in one document. */
const federation = (...texts: readonly string[]) =>
  `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" ID="_federation">${texts.join('')}</md:EntitiesDescriptor>`;
const other = new FakeIdentityProvider({
  baseUrl: 'https://other.example.net',
  key: keyOf('provider-new'),
}).metadata();

describe('metadata of an identity provider', () => {
  it('says who it is, where it is asked, and by which keys it signs', () => {
    expect(parse(good)).toEqual({
      entityId: 'https://idp.example.net/metadata',
      signOn: [
        { binding: 'redirect', location: 'https://idp.example.net/sso', responseLocation: undefined },
        { binding: 'post', location: 'https://idp.example.net/sso', responseLocation: undefined },
      ],
      logout: [
        { binding: 'redirect', location: 'https://idp.example.net/logout', responseLocation: undefined },
        { binding: 'post', location: 'https://idp.example.net/logout', responseLocation: undefined },
      ],
      certificates: [
        {
          pem: keyOf('provider').certificate,
          notAfter: expect.any(Number),
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      ],
      unusable: [],
      wantsSignedRequests: false,
      nameIdFormats: [],
      validUntil: undefined,
      cacheMs: undefined,
    });
  });

  it('may hold several keys, keys for anything, and such as are not taken', () => {
    const rolling = new FakeIdentityProvider({ baseUrl: 'https://idp.example.net', key: keyOf('provider') });
    rolling.rotateKey(keyOf('provider-new'));
    const both = parse(rolling.metadata());
    expect(both.certificates.map(({ pem }) => pem)).toEqual([
      keyOf('provider-new').certificate,
      keyOf('provider').certificate,
    ]);
    expect(parse(good.replace(' use="signing"', '')).certificates).toHaveLength(1);
    const weak = makeKey('weak', { bits: 1_024 }).certificate.replace(/-----[A-Z ]+-----|\s/g, '');
    const mixed = good.replace(
      /(<md:KeyDescriptor[\s\S]*?<\/md:KeyDescriptor>)/,
      (one) => `${one}${one.replace(/(X509Certificate>)[^<]*/, `$1${weak}`)}`,
    );
    expect(parse(mixed)).toMatchObject({
      certificates: [expect.anything()],
      unusable: ['X509Certificate has an RSA key of less than 2048 bits'],
    });
  });

  it('says how long it may be used and kept', () => {
    const text = provider.metadata({ validUntil: '2030-01-02T00:00:00Z', cacheDuration: 'P1DT2H' });
    expect(parse(text)).toMatchObject({ validUntil: now + 86_400_000, cacheMs: 26 * 3_600_000 });
    expect(parse(provider.metadata({ cacheDuration: 'P1Y' })).cacheMs).toBeUndefined();
    expect(() => parse(text, { now: now + 86_400_000 })).toThrowError(
      refusal('metadata_expired', 'validUntil'),
    );
  });

  it('of several providers is that of the one named', () => {
    const text = federation(good, other);
    expect(parse(text, { entityId: 'https://other.example.net/metadata' }).entityId).toBe(
      'https://other.example.net/metadata',
    );
    expect(() => parse(text)).toThrowError(refusal('metadata_refused', 'several providers'));
    expect(() => parse(text, { entityId: 'https://nobody.example.net' })).toThrowError(
      refusal('metadata_without_provider', 'entityID'),
    );
    expect(() => parse(good, { entityId: 'https://nobody.example.net' })).toThrowError(
      refusal('metadata_without_provider', 'entityID'),
    );
    expect(parse(federation(federation(good).replace('_federation', '_inner'))).entityId).toBe(
      'https://idp.example.net/metadata',
    );
  });

  it('that must be signed is believed only as far as its signature goes', () => {
    const signedBy = [keyOf('service').certificate];
    const id = / ID="([^"]*)"/.exec(good)?.[1] ?? '';
    // A signature stands behind an issuer here; where it stands among the children does not matter to us.
    const signable = good.replace(
      '<md:IDPSSODescriptor',
      '<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">x</Issuer><md:IDPSSODescriptor',
    );
    const signed = signAs(signable, id, keyOf('service'), 'sha256');
    expect(parse(signed, { signedBy }).entityId).toBe('https://idp.example.net/metadata');
    expect(() => parse(signed.replaceAll('idp.example.net', 'evil.example.net'), { signedBy })).toThrowError(
      refusal('signature_invalid'),
    );
    expect(() => parse(good, { signedBy })).toThrowError(refusal('metadata_refused', 'not signed'));
    expect(() => parse(signed, { signedBy: [keyOf('attacker').certificate] })).toThrowError(
      refusal('signature_invalid'),
    );
    // One of a federation that is signed says nothing of the federation.
    expect(() => parse(federation(signed), { signedBy })).toThrowError(
      refusal('metadata_refused', 'not signed'),
    );
  });

  it.each([
    [
      'without a certificate',
      (text: string) => text.replace(/<md:KeyDescriptor[\s\S]*?<\/md:KeyDescriptor>/, ''),
      'metadata_without_certificate',
      'KeyDescriptor',
    ],
    [
      'with a certificate that is none',
      (text: string) => text.replace(/(X509Certificate>)[^<]*/, '$1nonsense'),
      'metadata_without_certificate',
      'X509Certificate is no certificate',
    ],
    [
      'with a key for encryption alone',
      (text: string) => text.replace('use="signing"', 'use="encryption"'),
      'metadata_without_certificate',
      'KeyDescriptor',
    ],
    [
      'without an identity provider',
      (text: string) => text.replaceAll('IDPSSODescriptor', 'SPSSODescriptor'),
      'metadata_without_provider',
      'IDPSSODescriptor',
    ],
    [
      'of another version of SAML',
      (text: string) => text.replace('SAML:2.0:protocol', 'SAML:1.1:protocol'),
      'metadata_without_provider',
      'IDPSSODescriptor',
    ],
    [
      'without a name',
      (text: string) => text.replace(/entityID="[^"]*"/, 'entityID=""'),
      'metadata_refused',
      'entityID',
    ],
    [
      'without an address',
      (text: string) => text.replace(/<md:SingleSignOnService[^>]*>/g, ''),
      'metadata_refused',
      'SingleSignOnService',
    ],
    [
      'with an address by SOAP alone',
      (text: string) => text.replaceAll(/HTTP-(Redirect|POST)/g, 'SOAP'),
      'metadata_refused',
      'SingleSignOnService',
    ],
    [
      'with a script for an address',
      (text: string) => text.replaceAll('https://idp.example.net/sso', 'javascript:alert(1)'),
      'metadata_refused',
      'SingleSignOnService: Location',
    ],
    ['that is something else', () => '<html/>', 'metadata_refused', 'no metadata'],
    ['that is no XML', () => 'Not Found', 'not_xml', undefined],
    ['with a document type', (text: string) => `<!DOCTYPE x>${text}`, 'dtd', undefined],
  ])('%s is refused, and the part is named', (_what, change, reason, detail) => {
    expect(() => parse(change(good))).toThrowError(refusal(reason, detail));
  });
});
