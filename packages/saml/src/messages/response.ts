/**
 * The answer of an identity provider, from bytes to what it proves. The order matters: nothing is read before it is known to be safe, nothing is
 * decrypted before the signature around it was checked, nothing is believed before it was read again from what a signature covers.
 *
 * 1. The text is safe XML, and a `Response` with at most one assertion.
 * 2. Signatures stand where they belong, and hold.
 * 3. What is encrypted is decrypted, and goes through 1 and 2 like the rest.
 * 4. The envelope says what was expected: issuer, destination, request, status.
 * 5. The assertion does so: `assertion.ts`.
 */

import type { Secret } from '@im/core';
import { decrypted } from '../crypto/encryption.ts';
import { checkPlaces, type Trust, verifiedElement } from '../crypto/signature.ts';
import { refuse, require } from '../refusals.ts';
import type { XmlElement } from '../xml/dom.ts';
import { ns, statusPrefix } from '../xml/names.ts';
import { attribute, child, children, isNamed, needChild } from '../xml/read.ts';
import { everyElement, parseXml, type SafeXml } from '../xml/strict.ts';
import { type Assertion, type AssertionExpectations, checkIssuer, readAssertion } from './assertion.ts';

/** What must be signed. `either`: the answer or the assertion in it, as SAML has it. */
export type SignedPart = 'either' | 'response' | 'assertion' | 'both';

/** What is expected. */
export interface ResponseExpectations extends Omit<AssertionExpectations, 'isSigned' | 'keys'> {
  readonly trust: Trust;
  readonly signed: SignedPart;
  /** Whether the assertion must be encrypted. */
  readonly encrypted: boolean;
  readonly keys: readonly Secret[];
}

/** An answer whose text is safe. Nothing of it is proven. */
export interface UnprovenResponse {
  readonly document: SafeXml;
  /** Which request it says that it answers: to find what was asked. */
  readonly inResponseTo: string | undefined;
}

/** Reads the envelope, to find out what to expect. @throws Refused */
export function openResponse(text: string): UnprovenResponse {
  const document = parseXml(text);
  require(isNamed(document.root, ns.protocol, 'Response'), 'unexpected_message', 'it is no Response');
  return { document, inResponseTo: attribute(document.root, 'InResponseTo') };
}

/** What the answer proves. @throws Refused */
export async function proveResponse(
  { document }: UnprovenResponse,
  expected: ResponseExpectations,
): Promise<Assertion> {
  checkStructure(document.root);
  const signed = verifiedElement(document, document.root, expected.trust);
  const envelope = signed ?? document;
  require(signed !== undefined || !/^(response|both)$/.test(expected.signed), 'unsigned', 'Response');
  checkEnvelope(envelope.root, expected, signed !== undefined);
  const [found] = assertionsIn(envelope.root);
  const element = found ?? refuse('no_assertion');
  const plain = isNamed(element, ns.assertion, 'EncryptedAssertion')
    ? await decryptAssertion(element, expected, signed !== undefined)
    : plainAssertion(document, expected);
  const own = verifiedElement(plain, assertionIn(plain), expected.trust);
  require(own !== undefined || !/^(assertion|both)$/.test(expected.signed), 'unsigned', 'Assertion');
  require(own !== undefined || signed !== undefined, 'unsigned', 'Response and Assertion');
  // Read again from what a signature covers: its own, or that of the answer around it.
  const covered = isNamed(element, ns.assertion, 'Assertion') ? element : plain.root;
  return readAssertion(own?.root ?? covered, { ...expected, isSigned: true });
}

/** At most one assertion, and signatures at the two places where one belongs. Advice (SAML Core §2.5.2) may hold others; nobody reads them. */
function checkStructure(root: XmlElement): void {
  const count = assertionsIn(root).length;
  require(count <= 1, 'several_assertions', `${count}`);
  for (const element of everyElement(root)) {
    if (!isAssertion(element) || element.parentNode === root) continue;
    require(isAdvice(
      element.parentNode as XmlElement,
    ), 'several_assertions', 'one stands where none belongs');
  }
  checkPlaces(root, (parent) => parent === root || isAssertion(parent));
}

function isAssertion(element: XmlElement): boolean {
  return isNamed(element, ns.assertion, 'Assertion') || isNamed(element, ns.assertion, 'EncryptedAssertion');
}

function isAdvice(element: XmlElement): boolean {
  return isNamed(element, ns.assertion, 'Advice');
}

function assertionsIn(root: XmlElement): readonly XmlElement[] {
  return [
    ...children(root, ns.assertion, 'Assertion'),
    ...children(root, ns.assertion, 'EncryptedAssertion'),
  ];
}

function checkEnvelope(root: XmlElement, expected: ResponseExpectations, isSigned: boolean): void {
  require(attribute(root, 'Version') === '2.0', 'version', 'Response');
  const issuer = child(root, ns.assertion, 'Issuer');
  if (issuer !== undefined) checkIssuer(issuer, expected.issuer);
  const destination = attribute(root, 'Destination');
  // Without it a signed answer could be sent on to somebody else (SAML Bindings §3.5.5.2).
  require(destination !== undefined || !isSigned, 'destination', 'it is missing');
  require(destination === undefined ||
    destination === expected.recipient, 'destination', 'it is another address');
  require(attribute(root, 'InResponseTo') === expected.inResponseTo, 'in_response_to', 'Response');
  checkStatus(root);
}

const passive = new Set(['NoPassive']);
const failed = new Set([
  'Responder',
  'VersionMismatch',
  'NoAvailableIDP',
  'NoSupportedIDP',
  'RequestUnsupported',
]);

/** Only the codes are told: the words beside them may be anybody's. @throws Refused unless it is a success */
export function checkStatus(root: XmlElement): void {
  const status = needChild(root, ns.protocol, 'Status');
  const code = needChild(status, ns.protocol, 'StatusCode');
  const inner = child(code, ns.protocol, 'StatusCode');
  const names = [code, ...(inner === undefined ? [] : [inner])].map(statusName);
  if (names[0] === 'Success') return;
  const last = names.at(-1) ?? '';
  const reason = passive.has(last)
    ? 'status_no_passive'
    : failed.has(last)
      ? 'status_failed'
      : 'status_refused';
  refuse(reason, names.join(', '));
}

/** A name of the standard; of anything else only that it is. */
function statusName(code: XmlElement): string {
  const value = attribute(code, 'Value') ?? '';
  const name = value.startsWith(statusPrefix) ? value.slice(statusPrefix.length) : '';
  return /^[A-Za-z]{1,40}$/.test(name) ? name : 'a code of its own';
}

/** Its own signature is checked where it came: namespaces that it does not use itself may count, and are told by the elements around it alone. */
function plainAssertion(document: SafeXml, { encrypted }: ResponseExpectations): SafeXml {
  require(!encrypted, 'not_encrypted');
  return document;
}

async function decryptAssertion(
  element: XmlElement,
  { keys }: ResponseExpectations,
  isSigned: boolean,
): Promise<SafeXml> {
  const plain = await decrypted(element, keys, isSigned);
  require(isAssertion(plain.root), 'bad_shape', 'EncryptedAssertion holds something else');
  checkPlaces(plain.root, isAssertion);
  return plain;
}

/** Of an answer the one in it, of a decrypted assertion itself. */
function assertionIn({ root }: SafeXml): XmlElement {
  return isAssertion(root) ? root : (children(root, ns.assertion, 'Assertion')[0] ?? refuse('no_assertion'));
}
