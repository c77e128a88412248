/** Answers that are signed, and still not for us, not now, or not about what was asked. */
import { describe, expect, it } from 'vitest';
import { refused } from '../__tests__/refused.ts';
import { baseUrl, openRig, type RigOptions } from '../__tests__/rig.ts';
import type { AnswerScript } from '../fake/script.ts';
import type { RefusalReason } from '../refusals.ts';

describe('an answer', () => {
  const hour = 3_600_000;
  const now = Date.UTC(2030, 0, 1);

  it.each<[string, AnswerScript, RefusalReason, RigOptions?]>([
    ['for another service', { audience: 'https://other.example.com/metadata' }, 'audience'],
    ['for nobody in particular', { audience: null }, 'audience'],
    [
      'for another service, where nobody in particular would do',
      { audience: 'https://other.example.com' },
      'audience',
      { provider: { allowMissingAudience: true } },
    ],
    ['sent to another address', { recipient: 'https://evil.example.com/acs' }, 'recipient'],
    ['sent to another provider’s address of ours', { recipient: `${baseUrl}/acme/entra/acs` }, 'recipient'],
    ['with another destination', { destination: `${baseUrl}/zest/okta/acs` }, 'destination'],
    ['signed without a destination', { destination: null, sign: 'response' }, 'destination'],
    ['of another issuer', { issuer: 'https://entra.example.net/metadata' }, 'issuer_unknown'],
    ['of another issuer around it', { responseIssuer: 'https://evil.example.com' }, 'issuer_unknown'],
    ['that has expired', { notOnOrAfter: now - 61_000 }, 'expired'],
    ['that is not valid yet', { notBefore: now + 61_000 }, 'not_yet_valid'],
    ['from the future', { issuedAt: now + hour }, 'not_yet_valid'],
    ['of a sign-in in the future', { authenticatedAt: now + hour }, 'not_yet_valid'],
    ['of a session that has ended', { sessionEndsAt: now - hour }, 'session_ended'],
    [
      'of a sign-in that is too long ago',
      { authenticatedAt: now - 2 * hour },
      'sign_in_too_old',
      { provider: { maxSignInAgeMs: hour } },
    ],
    [
      'of an old sign-in where a new one was wanted',
      { authenticatedAt: now - hour },
      'sign_in_too_old',
      { provider: { forceAuthn: true } },
    ],
    [
      'by weaker means than were wanted',
      { context: 'urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified' },
      'authentication_context',
      { provider: { requestedContext: { classes: ['urn:oasis:names:tc:SAML:2.0:ac:classes:X509'] } } },
    ],
    ['to another request', { inResponseTo: '_another' }, 'in_response_to'],
    ['whose assertion answers another request', { subjectInResponseTo: '_another' }, 'in_response_to'],
    ['whose assertion answers none', { subjectInResponseTo: null }, 'in_response_to'],
    ['to no request', { inResponseTo: null, subjectInResponseTo: null }, 'not_asked'],
    ['that was refused', { status: 'Requester, RequestDenied' }, 'status_refused'],
    [
      'without an assertion',
      {
        editResponse: (text) => text.replace(/<saml:Assertion[\s\S]*<\/saml:Assertion>/, ''),
        sign: 'response',
      },
      'no_assertion',
    ],
    [
      'with a condition that nobody knows',
      {
        editAssertion: (text) =>
          text.replace('<saml:AudienceRestriction>', '<saml:Condition/><saml:AudienceRestriction>'),
      },
      'unknown_condition',
    ],
    [
      'without a confirmation',
      {
        editAssertion: (text) =>
          text.replace(/<saml:SubjectConfirmation [\s\S]*?<\/saml:SubjectConfirmation>/, ''),
      },
      'no_confirmation',
    ],
    [
      'confirmed by other means',
      { editAssertion: (text) => text.replace('cm:bearer', 'cm:sender-vouches') },
      'no_confirmation',
    ],
    [
      'whose confirmation never ends',
      { editAssertion: (text) => text.replace(/(<saml:SubjectConfirmationData) NotOnOrAfter="[^"]*"/, '$1') },
      'no_confirmation',
    ],
    [
      'that says nothing of a sign-in',
      { editAssertion: (text) => text.replace(/<saml:AuthnStatement[\s\S]*?<\/saml:AuthnStatement>/, '') },
      'no_authentication',
    ],
    [
      'without a name',
      { editAssertion: (text) => text.replace(/<saml:NameID[\s\S]*?<\/saml:NameID>/, '') },
      'no_subject',
    ],
    [
      'with two names',
      { editAssertion: (text) => text.replace(/(<saml:NameID[\s\S]*?<\/saml:NameID>)/, '$1$1') },
      'bad_shape',
    ],
    [
      'with an element in the name',
      { editAssertion: (text) => text.replace('ada-persistent-id', 'ada<b>x</b>') },
      'bad_shape',
    ],
    [
      'without an issuer',
      { sign: 'response', editAssertion: (text) => text.replace(/<saml:Issuer>[^<]*<\/saml:Issuer>/, '') },
      'issuer_missing',
    ],
    ['of SAML 1.1', { editAssertion: (text) => text.replace('Version="2.0"', 'Version="1.1"') }, 'version'],
    [
      'with a time without a zone',
      { editAssertion: (text) => text.replace(/AuthnInstant="([^"]*)Z"/, 'AuthnInstant="$1"') },
      'bad_time',
    ],
    [
      'of two assertions',
      {
        editResponse: (text) =>
          text.replace(
            /(<saml:Assertion[\s\S]*<\/saml:Assertion>)/,
            (one) =>
              `${one}${one.replace(/ ID="[^"]*"/, ' ID="_second"').replace(/<Signature[\s\S]*?<\/Signature>/, '')}`,
          ),
        sign: 'both',
      },
      'several_assertions',
    ],
  ])('%s is refused', async (_what, script, reason, how) => {
    const rig = openRig(how);
    await refused(rig, await rig.visit(script), reason);
  });

  it('wrong clock: the log says by how much, the page does not', async () => {
    const rig = openRig();
    await refused(rig, await rig.visit({ notBefore: now + 600_000 }), 'not_yet_valid');
    expect(rig.log.at(-1)?.[1]?.detail).toBe(
      'NotBefore of Conditions is 600 s ahead: the clock here or there is wrong',
    );
    const late = openRig();
    const form = await late.visit();
    await late.clock.advance(400_000);
    await refused(late, form, 'expired');
    expect(late.log.at(-1)?.[1]?.detail).toBe('NotOnOrAfter of Conditions was 100 s ago');
  });

  it('a difference of clocks that the settings bear is borne', async () => {
    const rig = openRig({ provider: { clockSkewMs: 300_000 } });
    await rig.signIn({ notBefore: now + 299_000, issuedAt: now + 299_000, authenticatedAt: now + 299_000 });
    expect(rig.signIns).toHaveLength(1);
  });
});

describe('replay', () => {
  it('of an answer is refused, also when both come at once', async () => {
    const rig = openRig();
    const form = await rig.visit();
    const cookies = new Map(rig.browser.cookies);
    const both = await Promise.all([rig.browser.send(form), rig.browser.send(form)]);
    expect(both.map(({ status }) => status).sort()).toEqual([303, 401]);
    expect(rig.signIns).toHaveLength(1);
    for (const [name, value] of cookies) rig.browser.cookies.set(name, value);
    await refused(rig, form, 'in_response_to');
  });

  it('of an assertion in another answer is refused', async () => {
    const rig = openRig({ provider: { allowUnsolicited: true } });
    const request = { issuer: `${baseUrl}/acme/okta/metadata`, acs: `${baseUrl}/acme/okta/acs` };
    const send = () => {
      const text = rig.idps.okta.answerText(request, { assertionId: '_used-twice' });
      return {
        action: request.acs,
        fields: new URLSearchParams({ SAMLResponse: Buffer.from(text).toString('base64') }),
      };
    };
    expect((await rig.browser.send(send())).status).toBe(303);
    await refused(rig, send(), 'replayed');
  });

  it('of a request that took too long is refused', async () => {
    const rig = openRig();
    const form = await rig.visit({ notOnOrAfter: Date.UTC(2031, 0, 1) });
    await rig.clock.advance(600_001);
    await refused(rig, form, 'in_response_to');
  });
});
