/** Messages about signing out that nobody may send. */
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { baseUrl, messageOf, openRig } from '../__tests__/rig.ts';
import type { RefusalReason } from '../refusals.ts';

describe('a message about signing out', () => {
  const begun = async () => {
    const rig = openRig();
    await rig.signIn();
    const logout = rig.idps.okta.beginLogout(
      `${baseUrl}/acme/okta/metadata`,
      rig.signIns[0]?.session.sessionIndex ?? '',
    );
    return { rig, url: new URL(logout.headers.get('location') ?? '') };
  };

  it.each<[string, (url: URL) => string, RefusalReason]>([
    [
      'without a signature',
      (url) =>
        `${url.origin}${url.pathname}?SAMLRequest=${encodeURIComponent(url.searchParams.get('SAMLRequest') ?? '')}`,
      'unsigned',
    ],
    [
      'with another RelayState than was signed',
      (url) => url.href.replace('fake-relay-state', 'other'),
      'signature_invalid',
    ],
    ['with a parameter twice, one of them signed', (url) => `${url.href}&SAMLRequest=x`, 'bad_shape'],
    ['with a parameter under two spellings', (url) => `${url.href}&%53AMLRequest=x`, 'bad_shape'],
    ['with a request and a response', (url) => `${url.href}&SAMLResponse=x`, 'bad_shape'],
    [
      'with an algorithm that is none',
      (url) => url.href.replace('rsa-sha256', 'hmac-sha256'),
      'signature_algorithm',
    ],
    [
      'with a signature of nothing',
      (url) => url.href.replace(/Signature=[^&]*/, 'Signature='),
      'signature_invalid',
    ],
    ['that is no compressed data', (url) => `${url.origin}${url.pathname}?SAMLRequest=AAAA`, 'bad_encoding'],
    ['that was cut', (url) => url.href.replace(/%..$/, '%'), 'bad_encoding'],
  ])('%s is refused, and nobody is signed out', async (_what, change, reason) => {
    const { rig, url } = await begun();
    const response = await rig.service.logout(new Request(change(url)));
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(rig.reasons()).toEqual([reason]);
    expect(rig.signOuts).toEqual([]);
  });

  it('decompression bomb: it is not unpacked further than is read', async () => {
    const bomb = deflateRawSync(Buffer.alloc(16 * 1024 * 1024)).toString('base64');
    const rig = openRig();
    const response = await rig.service.logout(
      new Request(`${baseUrl}/acme/okta/logout?SAMLRequest=${encodeURIComponent(bomb)}`),
    );
    expect(response.status).toBe(400);
    expect(rig.reasons()).toEqual(['too_large']);
  });

  it('that was for another tenant, is old, or is somebody else’s, signs nobody out', async () => {
    const { rig, url } = await begun();
    const other = await rig.service.logout(new Request(url.href.replace('/acme/', '/zest/')));
    expect(other.status).toBe(401);
    const entra = await rig.service.logout(new Request(url.href.replace('/okta/', '/entra/')));
    expect(entra.status).toBe(401);
    await rig.clock.advance(700_000);
    expect((await rig.service.logout(new Request(url))).status).toBe(401);
    expect(rig.reasons()).toEqual(['destination', 'signature_invalid', 'expired']);
    expect(rig.signOuts).toEqual([]);
  });

  it('that was wrapped around a signed one is refused', async () => {
    const { rig } = await begun();
    const signed = messageOf(await rig.visit({ sign: 'response' }));
    const inner = signed.replace(/<\?xml[^>]*\?>/, '');
    const text = `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_x">${inner}</samlp:LogoutRequest>`;
    const body = new URLSearchParams({ SAMLRequest: Buffer.from(text).toString('base64') }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await rig.service.logout(
      new Request(`${baseUrl}/acme/okta/logout`, { method: 'POST', body, headers }),
    );
    expect(response.status).toBe(401);
    expect(rig.reasons()).toEqual(['signature_place']);
  });
});
