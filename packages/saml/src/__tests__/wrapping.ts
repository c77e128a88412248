/**
 * Signature wrapping: documents in which a good signature stands beside, around or inside something forged.
 *
 * XSW1 to XSW8 are those of Somorovsky et al., "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012); the others were found in
 * libraries since.
 */
import { DOMParser, XMLSerializer } from '@xmldom/xmldom';
import type { RefusalReason } from '../refusals.ts';
import { ns } from '../xml/names.ts';

/** Whom a forged part names. */
export const forgedName = 'attacker@evil.example';

/** One way to do it. */
export interface Wrapping {
  readonly name: string;
  readonly what: string;
  /** What is signed in the answer that it is made from. */
  readonly sign: 'assertion' | 'response' | 'both';
  readonly reason: RefusalReason;
  readonly build: (parts: Parts) => void;
}

/** What it is made of. */
interface Parts {
  readonly document: Document;
  readonly root: Element;
  /** What was signed, still in the document. */
  readonly original: Element;
  /** A copy that names somebody else, without a signature, under another id; not in the document. */
  readonly evil: Element;
}

/** The first element of this name in or below. */
function only(within: Document | Element, name: string): Element {
  return within.getElementsByTagName(name)[0] as Element;
}

/** Takes the signature out of an element. */
function takeSignature(element: Element): Element {
  const signature = only(element, 'Signature');
  signature.parentNode?.removeChild(signature);
  return signature;
}

/** Puts it behind the issuer, where one belongs. */
function giveSignature(element: Element, signature: Element): void {
  element.insertBefore(signature, only(element, 'saml:Issuer').nextSibling);
}

function replace({ root, original }: Parts, evil: Element): void {
  root.replaceChild(evil, original);
}

function wrapIn(document: Document, namespace: string, name: string, inside: Element): Element {
  const wrapper = document.createElementNS(namespace, name);
  wrapper.appendChild(inside);
  return wrapper;
}

/** The document that it makes of an answer. */
export function wrap(text: string, { sign, build }: Wrapping): string {
  const document = new DOMParser().parseFromString(text, 'text/xml');
  const root = document.documentElement;
  const original = sign === 'response' ? root : only(document, 'saml:Assertion');
  const evil = original.cloneNode(true) as Element;
  takeSignature(evil);
  evil.setAttribute('ID', '_evil');
  if (sign === 'response') only(evil, 'saml:Assertion').setAttribute('ID', '_evil-assertion');
  only(evil, 'saml:NameID').textContent = forgedName;
  build({ document, root, original, evil });
  return new XMLSerializer().serializeToString(document);
}

/** All of them. */
export const wrappings: readonly Wrapping[] = [
  {
    name: 'XSW1',
    what: 'the signed answer stands in the signature of a forged one',
    sign: 'response',
    reason: 'several_assertions',
    build: ({ document, original, evil }) => {
      const signature = takeSignature(original);
      document.replaceChild(evil, original);
      signature.appendChild(original);
      giveSignature(evil, signature);
    },
  },
  {
    name: 'XSW2',
    what: 'the signed answer stands beside the signature of a forged one',
    sign: 'response',
    reason: 'several_assertions',
    build: ({ document, original, evil }) => {
      const signature = takeSignature(original);
      document.replaceChild(evil, original);
      giveSignature(evil, signature);
      evil.insertBefore(original, signature);
    },
  },
  {
    name: 'XSW3',
    what: 'a forged assertion stands in front of the signed one',
    sign: 'assertion',
    reason: 'several_assertions',
    build: ({ root, original, evil }) => void root.insertBefore(evil, original),
  },
  {
    name: 'XSW4',
    what: 'the signed assertion stands in a forged one',
    sign: 'assertion',
    reason: 'several_assertions',
    build: (parts) => {
      replace(parts, parts.evil);
      parts.evil.appendChild(parts.original);
    },
  },
  {
    name: 'XSW5',
    what: 'the forged assertion has the signature, the signed one stands behind it',
    sign: 'assertion',
    reason: 'several_assertions',
    build: (parts) => {
      const signature = takeSignature(parts.original);
      replace(parts, parts.evil);
      giveSignature(parts.evil, signature);
      parts.root.appendChild(parts.original);
    },
  },
  {
    name: 'XSW6',
    what: 'the signed assertion stands in the signature of a forged one',
    sign: 'assertion',
    reason: 'several_assertions',
    build: (parts) => {
      const signature = takeSignature(parts.original);
      replace(parts, parts.evil);
      giveSignature(parts.evil, signature);
      signature.appendChild(parts.original);
    },
  },
  {
    name: 'XSW7',
    what: 'the forged assertion stands in Extensions in front of the signed one',
    sign: 'assertion',
    reason: 'several_assertions',
    build: ({ document, root, original, evil }) =>
      void root.insertBefore(wrapIn(document, ns.protocol, 'samlp:Extensions', evil), original),
  },
  {
    name: 'XSW8',
    what: 'the signed assertion stands in an Object of the signature of a forged one',
    sign: 'assertion',
    reason: 'several_assertions',
    build: (parts) => {
      const signature = takeSignature(parts.original);
      replace(parts, parts.evil);
      giveSignature(parts.evil, signature);
      signature.appendChild(wrapIn(parts.document, ns.signature, 'Object', parts.original));
    },
  },
  {
    name: 'in Advice',
    what: 'the signed assertion is the advice of a forged one',
    sign: 'assertion',
    reason: 'unsigned',
    build: (parts) => {
      replace(parts, parts.evil);
      parts.evil.appendChild(wrapIn(parts.document, ns.assertion, 'saml:Advice', parts.original));
    },
  },
  {
    name: 'in Advice, by its signature',
    what: 'the signature was moved up to the forged one',
    sign: 'assertion',
    reason: 'signature_place',
    build: (parts) => {
      const signature = takeSignature(parts.original);
      replace(parts, parts.evil);
      giveSignature(parts.evil, signature);
      parts.evil.appendChild(wrapIn(parts.document, ns.assertion, 'saml:Advice', parts.original));
    },
  },
  {
    name: 'by the same id',
    what: 'the forged assertion has the id of the signed one',
    sign: 'assertion',
    reason: 'duplicate_id',
    build: ({ root, original, evil }) => {
      evil.setAttribute('ID', original.getAttribute('ID') ?? '');
      root.insertBefore(evil, original);
    },
  },
  {
    name: 'by an id of another name',
    what: 'the forged assertion has the id in an attribute Id',
    sign: 'assertion',
    reason: 'duplicate_id',
    build: ({ root, original, evil }) => {
      evil.removeAttribute('ID');
      evil.setAttribute('Id', original.getAttribute('ID') ?? '');
      root.insertBefore(evil, original);
    },
  },
  {
    name: 'by xml:id',
    what: 'the forged assertion has the id in xml:id',
    sign: 'assertion',
    reason: 'duplicate_id',
    build: ({ root, original, evil }) => {
      evil.setAttributeNS(
        'http://www.w3.org/XML/1998/namespace',
        'xml:id',
        original.getAttribute('ID') ?? '',
      );
      root.insertBefore(evil, original);
    },
  },
  {
    name: 'in Status',
    what: 'the signed assertion stands where nobody looks',
    sign: 'assertion',
    reason: 'several_assertions',
    build: (parts) => {
      replace(parts, parts.evil);
      only(parts.document, 'samlp:Status').appendChild(parts.original);
    },
  },
  {
    name: 'under two signatures',
    what: 'the inner signature does not stand in for the outer one',
    sign: 'both',
    reason: 'signature_invalid',
    build: (parts) => replace(parts, parts.evil),
  },
];
