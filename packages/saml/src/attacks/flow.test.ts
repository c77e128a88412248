/** Answers in the wrong browser, at the wrong tenant, of the wrong provider, and addresses that lead elsewhere. */
import { describe, expect, it } from 'vitest';
import { refused } from '../__tests__/refused.ts';
import { baseUrl, openRig, withMessage } from '../__tests__/rig.ts';
import type { RefusalReason } from '../refusals.ts';

describe('login CSRF, stolen answers and mix-up', () => {
  it('an answer in another browser is refused, even while the request is open', async () => {
    const rig = openRig();
    const form = await rig.visit();
    rig.browser.cookies.clear();
    await refused(rig, form, 'other_browser');
  });

  it('a cookie that was planted beside the real one is no cookie', async () => {
    const rig = openRig();
    const form = await rig.visit();
    const [name = '', value = ''] = [...rig.browser.cookies][0] ?? [];
    rig.browser.cookies.clear();
    rig.browser.cookies.set(name, `${value}; ${name}=planted`);
    await refused(rig, form, 'other_browser');
  });

  it('RelayState is the one that was given, and leads nowhere by itself', async () => {
    for (const relayState of ['https://evil.example.com/', '/elsewhere', '']) {
      const rig = openRig();
      const form = await rig.visit();
      form.fields.set('RelayState', relayState);
      await refused(rig, form, 'relay_state');
    }
  });

  it.each([
    'https://evil.example.com/',
    '//evil.example.com/',
    '/\\evil.example.com/',
    '\\\\evil.example.com',
    'https:evil.example.com',
    'https://app.example.com@evil.example.com/',
    'https://app.example.com.evil.example.com/',
    'javascript:alert(1)',
    'data:text/html,x',
    '/\t/evil.example.com',
    '/x\r\nset-cookie: a=b',
    ' /x',
    'x',
    `/${'x'.repeat(3_000)}`,
  ])('open redirect: %o is no address to return to', async (returnTo) => {
    const rig = openRig({ service: { returnOrigins: ['https://app.example.com'] } });
    const response = await rig.browser.ask(`${baseUrl}/acme/okta/login?${new URLSearchParams({ returnTo })}`);
    expect(response.status).toBe(400);
    expect(response.headers.get('location')).toBeNull();
    expect(rig.reasons()).toEqual(['return_to']);
    expect(JSON.stringify(rig.log)).not.toContain('evil');
  });

  it.each(['/a//b', '/x?y=//z', 'https://app.example.com/deep?x#y'])('%o is one', async (returnTo) => {
    const rig = openRig({ service: { returnOrigins: ['https://app.example.com'] } });
    expect((await rig.signIn({}, { returnTo })).headers.get('location')).toBe(returnTo);
  });

  it('tenant crossing: an answer for one tenant is worth nothing at another', async () => {
    const rig = openRig();
    const form = await rig.visit();
    await refused(rig, { ...form, action: `${baseUrl}/zest/okta/acs` }, 'in_response_to');
    const open = openRig({ provider: { allowUnsolicited: true } });
    const request = { issuer: `${baseUrl}/acme/okta/metadata`, acs: `${baseUrl}/acme/okta/acs` };
    const fields = new URLSearchParams({
      SAMLResponse: Buffer.from(open.idps.okta.answerText(request, {})).toString('base64'),
    });
    await refused(open, { action: `${baseUrl}/zest/okta/acs`, fields }, 'destination');
  });

  it('tenant crossing: with one entity id for all tenants the address still tells them apart', async () => {
    const rig = openRig({ provider: { allowUnsolicited: true, entityId: 'https://app.example.com' } });
    const request = { issuer: 'https://app.example.com', acs: `${baseUrl}/acme/okta/acs` };
    const text = rig.idps.okta.answerText(request, { destination: `${baseUrl}/zest/okta/acs` });
    const fields = new URLSearchParams({ SAMLResponse: Buffer.from(text).toString('base64') });
    await refused(rig, { action: `${baseUrl}/zest/okta/acs`, fields }, 'recipient');
  });

  it('mix-up: what one provider of a tenant signed is worth nothing as another’s', async () => {
    const rig = openRig();
    const form = await rig.visit();
    await refused(rig, { ...form, action: `${baseUrl}/acme/entra/acs` }, 'in_response_to');
    // Entra, turned bad, answers a request that was made of Okta, in Okta's name.
    const evil = openRig();
    const asked = await evil.visit();
    const request = evil.idps.okta.requests[0];
    if (request === undefined) throw new Error('nothing was asked');
    const forged = evil.idps.entra.answerText(request, { issuer: evil.idps.okta.entityId });
    await refused(evil, withMessage(asked, forged), 'signature_invalid');
  });
});

describe('a form or an address', () => {
  it.each<[string, URLSearchParams | string, RefusalReason]>([
    ['without a message', new URLSearchParams({ RelayState: 'x' }), 'no_message'],
    ['with two messages', new URLSearchParams('SAMLResponse=PHg%2B&SAMLResponse=PHg%2B'), 'bad_shape'],
    [
      'with a request and a response',
      new URLSearchParams('SAMLResponse=PHg%2B&SAMLRequest=PHg%2B'),
      'bad_shape',
    ],
    ['with something else than base64', new URLSearchParams({ SAMLResponse: '<Response/>' }), 'bad_encoding'],
    [
      'with bytes that are no UTF-8',
      new URLSearchParams({ SAMLResponse: Buffer.from([0x3c, 0xff, 0xfe]).toString('base64') }),
      'bad_encoding',
    ],
    [
      'with a request where an answer belongs',
      new URLSearchParams({ SAMLRequest: 'PHg+' }),
      'unexpected_message',
    ],
    [
      'with another message',
      new URLSearchParams({ SAMLResponse: Buffer.from('<x/>').toString('base64') }),
      'unexpected_message',
    ],
    ['of megabytes', new URLSearchParams({ SAMLResponse: 'A'.repeat(2_000_000) }), 'too_large'],
  ])('%s is refused', async (_what, fields, reason) => {
    const rig = openRig();
    await refused(rig, { action: `${baseUrl}/acme/okta/acs`, fields: new URLSearchParams(fields) }, reason);
  });

  it('of another type is no form', async () => {
    const rig = openRig();
    const response = await rig.browser.ask(`${baseUrl}/acme/okta/acs`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(400);
    expect(rig.reasons()).toEqual(['no_message']);
  });
});
