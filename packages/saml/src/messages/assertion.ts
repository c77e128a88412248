/**
 * What an assertion must say before anybody is signed in by it. It is read from the text that a signature covers, and from nothing else.
 *
 * @see {@link https://docs.oasis-open.org/security/saml/v2.0/saml-profiles-2.0-os.pdf | SAML 2.0 Profiles §4.1.4}
 */

import type { Secret } from '@im/core';
import { refuse, require } from '../refusals.ts';
import type { XmlElement } from '../xml/dom.ts';
import { bearer, nameIdFormats, ns } from '../xml/names.ts';
import {
  attribute,
  child,
  childElements,
  children,
  instantAttribute,
  instantOf,
  isNamed,
  needChild,
  textOf,
} from '../xml/read.ts';
import { type NameId, readNameId } from './name-id.ts';

/** What is expected of it. */
export interface AssertionExpectations {
  /** Entity id of the provider. */
  readonly issuer: string;
  /** Our entity id. */
  readonly audience: string;
  /** Whether it may come without saying for whom it is. */
  readonly audienceMayBeAbsent: boolean;
  /** Where it must have been sent. */
  readonly recipient: string;
  /** Id of the request that it answers; `undefined`: nobody asked. */
  readonly inResponseTo: string | undefined;
  readonly now: number;
  readonly clockSkewMs: number;
  /** The person must have signed in after this instant. */
  readonly signedInAfter?: number | undefined;
  /** One of these, where the request wanted exactly them. */
  readonly contexts?: readonly string[] | undefined;
  readonly keys: readonly Secret[];
  readonly isSigned: boolean;
}

/** What it says. */
export interface Assertion {
  readonly id: string;
  readonly nameId: NameId;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
  /** Milliseconds since 1970. */
  readonly authenticatedAt: number;
  readonly context?: string | undefined;
  readonly sessionIndex?: string | undefined;
  /** Until when the session may last, by the provider's word. */
  readonly sessionEndsAt?: number | undefined;
  /** Until when it could be used: it must be remembered so long. */
  readonly expiresAt: number;
}

/** @throws Refused */
export async function readAssertion(root: XmlElement, expected: AssertionExpectations): Promise<Assertion> {
  require(isNamed(root, ns.assertion, 'Assertion'), 'no_assertion');
  require(attribute(root, 'Version') === '2.0', 'version', 'Assertion');
  const id = attribute(root, 'ID') ?? '';
  require(id !== '', 'bad_shape', 'Assertion has no ID');
  const issuedAt = instantAttribute(root, 'IssueInstant') ?? refuse('bad_time', 'IssueInstant');
  require(issuedAt <= expected.now + expected.clockSkewMs, 'not_yet_valid', ahead(
    'IssueInstant',
    issuedAt,
    expected,
  ));
  checkIssuer(needIssuer(root), expected.issuer);
  checkConditions(root, expected);
  const subject = child(root, ns.assertion, 'Subject') ?? refuse('no_subject', 'Subject');
  const expiresAt = checkConfirmations(subject, expected);
  return {
    id,
    nameId: await readNameId(subject, expected.keys, expected.isSigned),
    attributes: readAttributes(root),
    ...readAuthentication(root, expected),
    expiresAt: expiresAt + expected.clockSkewMs,
  };
}

function needIssuer(root: XmlElement): XmlElement {
  return child(root, ns.assertion, 'Issuer') ?? refuse('issuer_missing', `of ${root.localName}`);
}

/** Mix-up: what one provider says may not be taken for the word of another. @throws Refused */
export function checkIssuer(issuer: XmlElement, expected: string): void {
  const format = attribute(issuer, 'Format');
  require(format === undefined || format === nameIdFormats.entity, 'issuer_unknown', 'its format');
  require(textOf(issuer) ===
    expected, 'issuer_unknown', 'it is another provider than the one that was asked');
}

const knownConditions = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']);

function checkConditions(root: XmlElement, expected: AssertionExpectations): void {
  const conditions = child(root, ns.assertion, 'Conditions');
  const restrictions =
    conditions === undefined ? [] : children(conditions, ns.assertion, 'AudienceRestriction');
  require(restrictions.length > 0 ||
    expected.audienceMayBeAbsent, 'audience', 'it does not say for whom it is');
  if (conditions === undefined) return;
  checkTimes(conditions, expected);
  for (const condition of childElements(conditions)) {
    const isKnown = condition.namespaceURI === ns.assertion && knownConditions.has(condition.localName);
    // What is not understood must be taken for not fulfilled (SAML Core §2.5.1.1).
    require(isKnown, 'unknown_condition');
  }
  for (const restriction of restrictions) {
    const audiences = children(restriction, ns.assertion, 'Audience').map(textOf);
    require(audiences.includes(expected.audience), 'audience', 'it is for another service');
  }
}

function checkTimes(element: XmlElement, { now, clockSkewMs }: AssertionExpectations): void {
  const notBefore = instantAttribute(element, 'NotBefore');
  const notOnOrAfter = instantAttribute(element, 'NotOnOrAfter');
  if (notBefore !== undefined)
    require(now + clockSkewMs >= notBefore, 'not_yet_valid', ahead(
      `NotBefore of ${element.localName}`,
      notBefore,
      { now, clockSkewMs },
    ));
  if (notOnOrAfter !== undefined)
    require(now - clockSkewMs <
      notOnOrAfter, 'expired', `NotOnOrAfter of ${element.localName} was ${seconds(now - notOnOrAfter)} ago`);
}

type Times = Pick<AssertionExpectations, 'now' | 'clockSkewMs'>;

/** A wrong clock is best seen by how wrong it is. */
function ahead(what: string, at: number, { now }: Times): string {
  return `${what} is ${seconds(at - now)} ahead: the clock here or there is wrong`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}

/** One confirmation that holds is enough; the reason of the last one that does not is told. */
function checkConfirmations(subject: XmlElement, expected: AssertionExpectations): number {
  const confirmations = children(subject, ns.assertion, 'SubjectConfirmation').filter(
    (one) => attribute(one, 'Method') === bearer,
  );
  let failure: unknown;
  for (const confirmation of confirmations) {
    try {
      return checkConfirmation(confirmation, expected);
    } catch (error) {
      failure = error;
    }
  }
  throw failure ?? refuse('no_confirmation', 'SubjectConfirmation for a bearer');
}

function checkConfirmation(confirmation: XmlElement, expected: AssertionExpectations): number {
  const data = child(confirmation, ns.assertion, 'SubjectConfirmationData');
  if (data === undefined) refuse('no_confirmation', 'SubjectConfirmationData');
  const notOnOrAfter = instantAttribute(data, 'NotOnOrAfter');
  require(notOnOrAfter !== undefined, 'no_confirmation', 'NotOnOrAfter of SubjectConfirmationData');
  checkTimes(data, expected);
  require(attribute(data, 'Recipient') === expected.recipient, 'recipient', 'it was sent to another address');
  require(attribute(data, 'InResponseTo') ===
    expected.inResponseTo, 'in_response_to', 'SubjectConfirmationData answers another request, or none');
  return notOnOrAfter;
}

function readAuthentication(
  root: XmlElement,
  expected: AssertionExpectations,
): Pick<Assertion, 'authenticatedAt' | 'context' | 'sessionIndex' | 'sessionEndsAt'> {
  const { now, clockSkewMs, signedInAfter, contexts } = expected;
  const [statement] = children(root, ns.assertion, 'AuthnStatement');
  if (statement === undefined) refuse('no_authentication', 'AuthnStatement');
  const authenticatedAt = instantOf(attribute(statement, 'AuthnInstant') ?? '', 'AuthnInstant');
  require(authenticatedAt <= now + clockSkewMs, 'not_yet_valid', ahead(
    'AuthnInstant',
    authenticatedAt,
    expected,
  ));
  if (signedInAfter !== undefined)
    require(authenticatedAt >= signedInAfter - clockSkewMs, 'sign_in_too_old', 'AuthnInstant');
  const sessionEndsAt = instantAttribute(statement, 'SessionNotOnOrAfter');
  require(sessionEndsAt === undefined ||
    sessionEndsAt > now - clockSkewMs, 'session_ended', 'SessionNotOnOrAfter');
  const authnContext = needChild(statement, ns.assertion, 'AuthnContext');
  const reference = child(authnContext, ns.assertion, 'AuthnContextClassRef');
  const context = reference === undefined ? undefined : textOf(reference);
  require(contexts === undefined ||
    contexts.includes(context ?? ''), 'authentication_context', 'AuthnContextClassRef');
  return { authenticatedAt, context, sessionIndex: attribute(statement, 'SessionIndex'), sessionEndsAt };
}

/** Values that are text, by name; of a value that is a name (`eduPersonTargetedID`) that name's text. Anything deeper is left out. */
function readAttributes(root: XmlElement): Assertion['attributes'] {
  // Without a prototype: the names come from outside.
  const found: Record<string, string[]> = Object.create(null);
  for (const statement of children(root, ns.assertion, 'AttributeStatement')) {
    for (const one of children(statement, ns.assertion, 'Attribute')) {
      const name = attribute(one, 'Name') ?? '';
      const values = children(one, ns.assertion, 'AttributeValue').flatMap(valueText);
      found[name] = [...(found[name] ?? []), ...values];
    }
  }
  return found;
}

function valueText(value: XmlElement): readonly string[] {
  const [inner, ...more] = childElements(value);
  if (inner === undefined) return [(value.textContent ?? '').trim()];
  return more.length === 0 && isNamed(inner, ns.assertion, 'NameID') ? [textOf(inner)] : [];
}
