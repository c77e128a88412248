/** Writes answers as a provider does. */
import { signXml } from '../crypto/core.ts';
import { instantText } from '../messages/authn-request.ts';
import { nameIdXml } from '../messages/name-id.ts';
import type { ServiceKey } from '../options.ts';
import { bearer, ns, statusPrefix } from '../xml/names.ts';
import { XmlText, xml } from '../xml/write.ts';
import { encryptElement } from './encrypt.ts';
import type { AnswerScript, FakePerson } from './script.ts';

/** What an honest answer is made of. */
export interface AnswerFacts {
  readonly issuer: string;
  readonly key: ServiceKey;
  readonly now: number;
  readonly newId: () => string;
  /** Address of the service's answers. */
  readonly acs: string;
  readonly audience: string;
  readonly inResponseTo: string | undefined;
  readonly person: FakePerson;
  readonly sessionIndex: string;
}

const minute = 60_000;

/** Signs the element of this id, behind its issuer. */
export function signAs(
  text: string,
  id: string,
  key: ServiceKey,
  hash: 'sha1' | 'sha256' | 'sha512',
): string {
  const element = `//*[@ID='${id}']`;
  return signXml(
    text,
    element,
    { reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' },
    {
      privateKey: key.privateKey.reveal(),
      publicCert: key.certificate,
      signatureAlgorithm: hash,
      digestAlgorithm: hash,
    },
  );
}

/** The answer as text. */
export function answerXml(facts: AnswerFacts, script: AnswerScript): string {
  const { sign = 'assertion', hash = 'sha256', encrypt } = script;
  const key = script.key ?? facts.key;
  const assertionId = script.assertionId ?? facts.newId();
  const status = script.status ?? 'Success';
  const same = (text: string) => text;
  let assertion = (script.editAssertion ?? same)(assertionXml(facts, script, assertionId));
  if (sign === 'assertion' || sign === 'both') assertion = signAs(assertion, assertionId, key, hash);
  if (encrypt !== undefined) assertion = encryptElement(assertion, 'saml:EncryptedAssertion', encrypt);
  const responseId = facts.newId();
  const body = status === 'Success' ? assertion : '';
  let response = (script.editResponse ?? same)(responseXml(facts, script, responseId, body));
  if (sign === 'response' || sign === 'both') response = signAs(response, responseId, key, hash);
  return (script.editSigned ?? same)(response);
}

function responseXml(facts: AnswerFacts, script: AnswerScript, id: string, body: string): string {
  const { status = 'Success' } = script;
  const codes = status.split(', ').map((name) => `${statusPrefix}${name}`);
  const code = codes.reduceRight<XmlText | undefined>(
    (inner, Value) => xml('samlp:StatusCode', { Value }, inner),
    undefined,
  );
  return xml(
    'samlp:Response',
    {
      'xmlns:samlp': ns.protocol,
      'xmlns:saml': ns.assertion,
      ID: id,
      Version: '2.0',
      IssueInstant: instantText(script.issuedAt ?? facts.now),
      Destination: script.destination === null ? undefined : (script.destination ?? facts.acs),
      InResponseTo: script.inResponseTo === null ? undefined : (script.inResponseTo ?? facts.inResponseTo),
    },
    xml('saml:Issuer', {}, script.responseIssuer ?? script.issuer ?? facts.issuer),
    xml('samlp:Status', {}, code),
    new XmlText(body),
  ).toString();
}

function assertionXml(facts: AnswerFacts, script: AnswerScript, id: string): string {
  const { now } = facts;
  const person = script.person ?? facts.person;
  const asked = script.subjectInResponseTo === undefined ? script.inResponseTo : script.subjectInResponseTo;
  const attributes = Object.entries(script.attributes ?? person.attributes);
  return xml(
    'saml:Assertion',
    {
      'xmlns:saml': ns.assertion,
      'xmlns:xs': 'http://www.w3.org/2001/XMLSchema',
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      ID: id,
      Version: '2.0',
      IssueInstant: instantText(script.issuedAt ?? now),
    },
    xml('saml:Issuer', {}, script.issuer ?? facts.issuer),
    xml(
      'saml:Subject',
      {},
      nameIdXml({ ...person.nameId, ...script.nameId }),
      xml(
        'saml:SubjectConfirmation',
        { Method: bearer },
        xml('saml:SubjectConfirmationData', {
          NotOnOrAfter: instantText(script.notOnOrAfter ?? now + 5 * minute),
          Recipient: script.recipient ?? facts.acs,
          InResponseTo: asked === null ? undefined : (asked ?? facts.inResponseTo),
        }),
      ),
    ),
    xml(
      'saml:Conditions',
      {
        NotBefore: instantText(script.notBefore ?? now - minute),
        NotOnOrAfter: instantText(script.notOnOrAfter ?? now + 5 * minute),
      },
      script.audience === null
        ? undefined
        : xml('saml:AudienceRestriction', {}, xml('saml:Audience', {}, script.audience ?? facts.audience)),
    ),
    xml(
      'saml:AuthnStatement',
      {
        AuthnInstant: instantText(script.authenticatedAt ?? now),
        SessionIndex: script.sessionIndex ?? facts.sessionIndex,
        SessionNotOnOrAfter:
          script.sessionEndsAt === undefined ? undefined : instantText(script.sessionEndsAt),
      },
      xml(
        'saml:AuthnContext',
        {},
        xml(
          'saml:AuthnContextClassRef',
          {},
          script.context ?? 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
        ),
      ),
    ),
    attributes.length === 0
      ? undefined
      : xml(
          'saml:AttributeStatement',
          {},
          attributes.map(([Name, values]) =>
            xml(
              'saml:Attribute',
              { Name },
              [values].flat().map((value) => xml('saml:AttributeValue', { 'xsi:type': 'xs:string' }, value)),
            ),
          ),
        ),
  ).toString();
}
