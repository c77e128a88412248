/** Ending a session at everybody who knows of it. SAML Core §3.7 */

import type { Secret } from '@im/core';
import { checkPlaces, type Trust, verifiedElement } from '../crypto/signature.ts';
import { refuse, require } from '../refusals.ts';
import type { XmlElement } from '../xml/dom.ts';
import { ns, statusPrefix } from '../xml/names.ts';
import { attribute, child, children, instantAttribute, isNamed, textOf } from '../xml/read.ts';
import { parseXml } from '../xml/strict.ts';
import { xml } from '../xml/write.ts';
import { checkIssuer } from './assertion.ts';
import { instantText } from './authn-request.ts';
import { type NameId, nameIdXml, readNameId } from './name-id.ts';
import { checkStatus } from './response.ts';

/** What every message has. */
interface Head {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
  readonly destination: string;
  /** Our entity id. */
  readonly issuer: string;
}

/** A request to end somebody's session. */
export interface LogoutRequest extends Head {
  readonly nameId: NameId;
  readonly sessionIndex?: string | undefined;
}

/** How it went. */
export interface LogoutAnswer extends Head {
  readonly inResponseTo: string;
  readonly isSuccess: boolean;
}

const namespaces = { 'xmlns:samlp': ns.protocol, 'xmlns:saml': ns.assertion };

const headAttributes = ({ id, issuedAt, destination }: Head) => ({
  ...namespaces,
  ID: id,
  Version: '2.0',
  IssueInstant: instantText(issuedAt),
  Destination: destination,
});

/** Writes a request. */
export function logoutRequestXml(request: LogoutRequest): string {
  const { sessionIndex } = request;
  return xml(
    'samlp:LogoutRequest',
    headAttributes(request),
    xml('saml:Issuer', {}, request.issuer),
    nameIdXml(request.nameId),
    sessionIndex === undefined ? undefined : xml('samlp:SessionIndex', {}, sessionIndex),
  ).toString();
}

/** Writes an answer. */
export function logoutResponseXml(answer: LogoutAnswer): string {
  const code = `${statusPrefix}${answer.isSuccess ? 'Success' : 'Responder'}`;
  return xml(
    'samlp:LogoutResponse',
    { ...headAttributes(answer), InResponseTo: answer.inResponseTo },
    xml('saml:Issuer', {}, answer.issuer),
    xml('samlp:Status', {}, xml('samlp:StatusCode', { Value: code })),
  ).toString();
}

/** What is expected of a message about logout. */
export interface LogoutExpectations {
  readonly issuer: string;
  readonly destination: string;
  readonly now: number;
  readonly clockSkewMs: number;
  readonly trust: Trust;
  readonly keys: readonly Secret[];
  /** Whether the URL that it came in was signed, and the signature checked. */
  readonly isQuerySigned: boolean;
}

/** A request of the provider's. */
export interface ReceivedLogout {
  readonly kind: 'request';
  readonly id: string;
  readonly nameId: NameId;
  /** Sessions meant; none: all of that name. */
  readonly sessionIndexes: readonly string[];
}

/** An answer of the provider's. */
export interface ReceivedLogoutAnswer {
  readonly kind: 'response';
  readonly inResponseTo: string;
}

/**
 * Reads a message about logout. It must be signed: by its URL or in itself.
 *
 * @throws Refused
 */
export async function readLogout(
  text: string,
  expected: LogoutExpectations,
): Promise<ReceivedLogout | ReceivedLogoutAnswer> {
  const document = parseXml(text);
  const { root } = document;
  checkPlaces(root, (parent) => parent === root);
  const signed = verifiedElement(document, root, expected.trust)?.root;
  const message = signed ?? (expected.isQuerySigned ? root : refuse('unsigned', root.localName));
  require(attribute(message, 'Version') === '2.0', 'version', message.localName);
  checkIssuer(
    child(message, ns.assertion, 'Issuer') ?? refuse('issuer_missing', message.localName),
    expected.issuer,
  );
  const destination = attribute(message, 'Destination');
  require(destination === expected.destination, 'destination', destination === undefined
    ? 'it is missing'
    : 'it is another address');
  checkAge(message, expected);
  if (isNamed(message, ns.protocol, 'LogoutResponse')) return readAnswer(message);
  require(isNamed(message, ns.protocol, 'LogoutRequest'), 'unexpected_message');
  return {
    kind: 'request',
    id: attribute(message, 'ID') ?? refuse('bad_shape', 'LogoutRequest has no ID'),
    nameId: await readNameId(message, expected.keys, true),
    sessionIndexes: children(message, ns.protocol, 'SessionIndex').map(textOf),
  };
}

function readAnswer(message: XmlElement): ReceivedLogoutAnswer {
  checkStatus(message);
  return {
    kind: 'response',
    inResponseTo: attribute(message, 'InResponseTo') ?? refuse('in_response_to', 'LogoutResponse'),
  };
}

/** Minutes after which a message that does not say when it ends is too old. */
const longestLifeMs = 10 * 60_000;

/** How long a message about logout may be used, from the instant it was issued. */
function checkAge(message: XmlElement, { now, clockSkewMs }: LogoutExpectations): void {
  const issuedAt = instantAttribute(message, 'IssueInstant') ?? refuse('bad_time', 'IssueInstant');
  require(issuedAt <= now + clockSkewMs, 'not_yet_valid', 'IssueInstant: the clock here or there is wrong');
  const until = Math.min(
    instantAttribute(message, 'NotOnOrAfter') ?? Number.POSITIVE_INFINITY,
    issuedAt + longestLifeMs,
  );
  require(now - clockSkewMs < until, 'expired', message.localName);
}
