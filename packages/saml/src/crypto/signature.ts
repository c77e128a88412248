/**
 * Signatures in XML. What was signed is a text; everything that is believed is read from that text, never from the document that it came in.
 *
 * A signature is taken when all of this holds:
 *
 * 1. it is a child of the element that it signs, and the only one there;
 * 2. it has one reference, to that element's own id, which no other element has;
 * 3. its transforms are two: without itself, and exclusive canonical form without comments;
 * 4. its algorithms are among those that are good enough;
 * 5. it holds no objects, and says nothing of where a key could be fetched: keys are those of the metadata;
 * 6. the cryptography agrees, by one of the provider's certificates;
 * 7. the text that it covers is, read again, an element of the same name and id.
 *
 * An attacker who moves a signed element elsewhere, puts another in its place, or hides one inside the other ("signature wrapping"), breaks 1, 2 or 7.
 */

import { refuse, require } from '../refusals.ts';
import type { XmlElement } from '../xml/dom.ts';
import { ns } from '../xml/names.ts';
import { attribute, childElements, children, isNamed, needChild } from '../xml/read.ts';
import { everyElement, mostElements, parseXml, type SafeXml } from '../xml/strict.ts';
import { acceptedDigests, acceptedSignatures, canonicalization, envelopedSignature } from './algorithms.ts';
import { getVerifiedXml } from './core.ts';

/** Whose signatures are believed. */
export interface Trust {
  /** PEM. Any of them will do: there are two while a provider changes its key. */
  readonly certificates: readonly string[];
  readonly allowSha1: boolean;
}

/**
 * The element as it was signed.
 *
 * @returns `undefined` when it has no signature
 * @throws {@link Refused} when it has one that is not good
 */
export function verifiedElement({ text }: SafeXml, element: XmlElement, trust: Trust): SafeXml | undefined {
  const signatures = children(element, ns.signature, 'Signature');
  const [signature] = signatures;
  if (signature === undefined) return undefined;
  require(signatures.length === 1, 'signature_shape', `${element.localName} has several signatures`);
  checkShape(signature, element, trust);
  // It has no more elements than the document that it stood in, which was measured.
  const signed = parseXml(signedText(text, element, trust.certificates), mostElements.metadata);
  const isSame =
    isNamed(signed.root, element.namespaceURI ?? '', element.localName) &&
    attribute(signed.root, 'ID') === attribute(element, 'ID');
  require(isSame, 'signature_place', 'it covers another element than it stands in');
  return signed;
}

function signedText(text: string, element: XmlElement, certificates: readonly string[]): string {
  let signed: string | null = null;
  try {
    signed = getVerifiedXml(text, element as Parameters<typeof getVerifiedXml>[1], [...certificates]);
  } catch {
    // What the library says may quote the document.
    return refuse('signature_invalid', `of ${element.localName}`);
  }
  return signed ?? refuse('signature_invalid', `of ${element.localName}`);
}

/** Refuses a document in which a signature stands anywhere else than below one of `places`. @throws {@link Refused} */
export function checkPlaces(root: XmlElement, isPlace: (parent: XmlElement) => boolean): void {
  for (const element of everyElement(root)) {
    if (!isNamed(element, ns.signature, 'Signature')) continue;
    const parent = element.parentNode as XmlElement | null;
    require(parent !== null && parent.nodeType === 1 && isPlace(parent), 'signature_place');
  }
}

function checkShape(signature: XmlElement, element: XmlElement, trust: Trust): void {
  const id = attribute(element, 'ID');
  require(id !== undefined, 'signature_shape', `${element.localName} has no ID`);
  for (const part of childElements(signature)) {
    const isKnown =
      part.namespaceURI === ns.signature && /^(SignedInfo|SignatureValue|KeyInfo)$/.test(part.localName);
    require(isKnown, 'signature_shape', 'it holds objects');
  }
  const info = needChild(signature, ns.signature, 'SignedInfo');
  needChild(signature, ns.signature, 'SignatureValue');
  require(algorithmOf(needChild(info, ns.signature, 'CanonicalizationMethod')) ===
    canonicalization, 'signature_algorithm', 'the canonical form is another one');
  check(acceptedSignatures, needChild(info, ns.signature, 'SignatureMethod'), trust);
  const references = children(info, ns.signature, 'Reference');
  require(references.length === 1, 'signature_shape', `it has ${references.length} references`);
  const reference = references[0] as XmlElement;
  require(attribute(reference, 'URI') === `#${id}`, 'signature_place', 'it refers to another element');
  check(acceptedDigests, needChild(reference, ns.signature, 'DigestMethod'), trust);
  const transforms = children(needChild(reference, ns.signature, 'Transforms'), ns.signature, 'Transform');
  const names = transforms.map(algorithmOf);
  require(names.length === 2 &&
    names[0] === envelopedSignature &&
    names[1] === canonicalization, 'signature_algorithm', 'its transforms are other ones');
}

function algorithmOf(element: XmlElement): string {
  return attribute(element, 'Algorithm') ?? '';
}

function check(
  accepted: Readonly<Record<string, { readonly isSha1: boolean }>>,
  element: XmlElement,
  { allowSha1 }: Trust,
): void {
  const algorithm = Object.hasOwn(accepted, algorithmOf(element))
    ? accepted[algorithmOf(element)]
    : undefined;
  require(algorithm !== undefined, 'signature_algorithm', `${element.localName} is not one that is taken`);
  require(allowSha1 || !algorithm.isSha1, 'signature_algorithm', `${element.localName} is SHA-1`);
}
