/** Metadata by address, on virtual time, over a transport of the test's own. */
import { provide, VendorError } from '@im/core';
import { type HttpRequest, type HttpResponse, transportKey } from '@im/http';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../__tests__/keys.ts';
import { baseUrl, openRig } from '../__tests__/rig.ts';
import { makeKey } from '../fake/certificate.ts';
import type { IdentityProvider, MetadataSource } from '../options.ts';

const url = 'https://okta.example.net/metadata.xml';
const hour = 3_600_000;

type Answer = string | Error | number | 'silence';

/** A rig whose provider is known by its address. */
function open(source: Partial<Extract<MetadataSource, { url: string }>> = {}) {
  const requests: HttpRequest[] = [];
  let answer: () => Answer = () => '';
  const transport = async (request: HttpRequest): Promise<HttpResponse> => {
    requests.push(request);
    const given = answer();
    if (given instanceof Error) throw given;
    if (given === 'silence') return new Promise(() => {});
    const body = typeof given === 'string' ? Buffer.from(given) : Buffer.alloc(0);
    return {
      status: typeof given === 'number' ? given : 200,
      headers: new Headers() as unknown as HttpResponse['headers'],
      body: (async function* () {
        yield new Uint8Array(body);
      })(),
      url: request.url,
      [Symbol.asyncDispose]: async () => {},
    };
  };
  const metadata: MetadataSource = { url, ...source };
  const provider: Partial<IdentityProvider> = { metadata };
  const rig = openRig({ provider, service: { services: [provide(transportKey, transport)] } });
  answer = () => rig.idps.okta.metadata();
  const respond = (next: () => Answer) => {
    answer = next;
  };
  return { ...rig, requests, answer: respond };
}

describe('metadata by address', () => {
  it('is asked for once, when it is needed, and kept', async () => {
    const rig = open();
    expect(rig.requests).toHaveLength(0);
    await Promise.all([
      rig.browser.ask(`${baseUrl}/acme/okta/login`),
      rig.browser.ask(`${baseUrl}/acme/okta/login`),
    ]);
    for (let count = 0; count < 3; count += 1) await rig.signIn();
    expect(rig.signIns).toHaveLength(3);
    expect(rig.requests.map((request) => [request.method, request.url.href, request.redirect])).toEqual([
      ['GET', url, 'manual'],
    ]);
  });

  it('is asked for again after an hour, or earlier when it says so', async () => {
    const rig = open();
    await rig.signIn();
    await rig.clock.advance(hour + 1);
    await rig.signIn();
    expect(rig.requests).toHaveLength(2);
    const short = open();
    short.answer(() => short.idps.okta.metadata({ cacheDuration: 'PT10M' }));
    await short.signIn();
    await short.clock.advance(10 * 60_000 + 1);
    await short.signIn();
    expect(short.requests).toHaveLength(2);
  });

  it('serves on when its address fails, which is told, until it has ended itself', async () => {
    const rig = open();
    rig.answer(() =>
      rig.idps.okta.metadata({ validUntil: new Date(rig.clock.now() + 5 * hour).toISOString() }),
    );
    await rig.signIn();
    rig.answer(() => 503);
    await rig.clock.advance(2 * hour);
    await rig.signIn();
    await rig.signIn();
    expect(rig.signIns).toHaveLength(3);
    // Asked once more, then left alone for a minute.
    expect(rig.requests).toHaveLength(2);
    expect(rig.events).toContainEqual(
      expect.objectContaining({
        type: 'saml.metadata',
        outcome: 'failed',
        reason: 'metadata_unreachable',
        facts: expect.objectContaining({ kept: true, detail: 'it answered with status 503' }),
      }),
    );
    await rig.clock.advance(4 * hour);
    const response = await rig.browser.ask(`${baseUrl}/acme/okta/login`);
    expect(response.status).toBe(409);
    expect(rig.reasons().at(-1)).toBe('metadata_expired');
  });

  it('rollover: a signature by a new key has it asked for at once, and then not again for a minute', async () => {
    const rig = open();
    await rig.signIn();
    await rig.clock.advance(61_000);
    rig.idps.okta.rotateKey(keyOf('service-new'));
    rig.idps.okta.dropOlderKeys();
    expect((await rig.signIn()).status).toBe(303);
    expect(rig.requests).toHaveLength(2);
    for (let count = 0; count < 3; count += 1)
      expect((await rig.signIn({ key: keyOf('attacker') })).status).toBe(401);
    expect(rig.requests).toHaveLength(2);
    expect(rig.reasons()).toEqual(['signature_invalid', 'signature_invalid', 'signature_invalid']);
  });

  it('rollover: while both keys are there, either is good', async () => {
    const rig = open();
    const [old, fresh] = [rig.idps.okta.key, keyOf('service-new')];
    rig.idps.okta.rotateKey(fresh);
    await rig.signIn({ key: old });
    await rig.signIn({ key: fresh });
    expect(rig.signIns).toHaveLength(2);
    expect(rig.requests).toHaveLength(1);
  });

  it.each<[string, () => Answer, string, number, string?]>([
    ['that is not there', () => 404, 'metadata_unreachable', 503, 'it answered with status 404'],
    ['that leads elsewhere', () => 302, 'metadata_unreachable', 503, 'it answered with status 302'],
    [
      'whose host fails',
      () => new VendorError({ sent: false, reason: 'ENOTFOUND', says: 'no such host' }),
      'metadata_unreachable',
      503,
      'no such host',
    ],
    [
      'that gives a page',
      () => '<html><body>sign in</body></html>',
      'metadata_refused',
      409,
      'the document is no metadata',
    ],
    ['that gives megabytes', () => 'x'.repeat(2_000_000), 'metadata_unreachable', 503, 'larger than'],
    ['that gives a document type', () => '<!DOCTYPE x><x/>', 'dtd', 400],
  ])(
    '%s is told to the log, and the page says no more than it may',
    async (_what, given, reason, status, detail) => {
      const rig = open();
      rig.answer(given);
      const response = await rig.browser.ask(`${baseUrl}/acme/okta/login`);
      expect(response.status).toBe(status);
      expect(rig.reasons()).toEqual([reason]);
      if (detail !== undefined) expect(String(rig.log.at(-1)?.[1]?.detail)).toContain(detail);
      expect(await response.text()).not.toContain('okta.example.net');
      // The next one does not ask at once.
      await rig.browser.ask(`${baseUrl}/acme/okta/login`);
      expect(rig.requests).toHaveLength(1);
      rig.answer(() => rig.idps.okta.metadata());
      await rig.clock.advance(5_001);
      expect((await rig.signIn()).status).toBe(303);
    },
  );

  it('that does not answer is given up after ten seconds', async () => {
    const rig = open();
    rig.answer(() => 'silence');
    const asked = rig.browser.ask(`${baseUrl}/acme/okta/login`);
    expect((await rig.clock.until(asked)).status).toBe(503);
    expect(rig.clock.now() - Date.UTC(2030, 0, 1)).toBe(10_000);
  });

  it.each([
    'http://okta.example.net/metadata',
    'https://127.0.0.1/metadata',
    'https://169.254.169.254/latest',
    'https://localhost/x',
    'https://user:pass@okta.example.net/x',
    'file:///etc/passwd',
    'nonsense',
  ])('SSRF: %s is not asked', async (address) => {
    const rig = open({ url: address });
    const response = await rig.browser.ask(`${baseUrl}/acme/okta/login`);
    expect(response.status).toBe(409);
    expect(rig.requests).toHaveLength(0);
    expect(rig.reasons()).toEqual(['metadata_refused']);
  });
});

describe('metadata that is given', () => {
  it('is read once, and its certificates are told of a month before they end', async () => {
    const ending = makeKey('ending', { notAfter: Date.UTC(2030, 0, 20) });
    const metadata = {
      entityId: 'https://okta.example.net/metadata',
      signOnUrl: 'https://okta.example.net/sso',
      logoutUrl: 'https://okta.example.net/logout',
      certificates: [keyOf('provider').certificate, ending.certificate],
    };
    const rig = openRig({ provider: { metadata } });
    await rig.signIn();
    await rig.signIn({ key: ending });
    expect(rig.signIns).toHaveLength(2);
    expect(rig.events.filter(({ outcome }) => outcome === 'failed')).toEqual([
      {
        type: 'saml.metadata',
        tenant: 'acme',
        at: rig.clock.now(),
        outcome: 'failed',
        reason: 'certificate_ends',
        facts: {
          provider: 'okta',
          at: Date.UTC(2030, 0, 20),
          fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        },
      },
    ]);
  });

  it.each<[string, MetadataSource, string]>([
    [
      'without a certificate',
      { entityId: 'x', signOnUrl: 'https://x/', certificates: [] },
      'metadata_without_certificate',
    ],
    [
      'with one that is none',
      { entityId: 'x', signOnUrl: 'https://x/', certificates: ['nonsense'] },
      'metadata_certificate',
    ],
    [
      'with a script for an address',
      { entityId: 'x', signOnUrl: 'javascript:alert(1)', certificates: [keyOf('provider').certificate] },
      'metadata_refused',
    ],
    [
      'without one in the document',
      {
        xml: '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="x"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></md:EntityDescriptor>',
      },
      'metadata_without_certificate',
    ],
  ])('%s is refused, and the administrator is told', async (_what, metadata, reason) => {
    const rig = openRig({ provider: { metadata } });
    const response = await rig.browser.ask(`${baseUrl}/acme/okta/login`);
    expect(response.status).toBe(409);
    expect(await response.text()).toBe(
      'the connection to the identity provider is not set up right; tell the administrator\n',
    );
    expect(rig.reasons()).toEqual([reason]);
  });
});
