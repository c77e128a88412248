/** Signs an element within a document, as a child of its own. */
import type { Secret } from '@im/core';
import type { SignatureAlgorithm } from './algorithms.ts';
import { signXml } from './core.ts';

/** What is signed with. */
export interface SigningKey {
  readonly privateKey: Secret;
  /** PEM; it goes along, so that the other side finds the key. */
  readonly certificate: string;
  readonly algorithm: SignatureAlgorithm;
}

/**
 * Signs the element of this id.
 *
 * @param id our own, of letters that no path expression mistakes
 * @param place behind the issuer, where messages have it, or first, where metadata does
 */
export function signElement(
  text: string,
  id: string,
  key: SigningKey,
  place: 'after-issuer' | 'first' = 'after-issuer',
): string {
  const element = `//*[@ID='${id}']`;
  const location =
    place === 'first'
      ? ({ reference: element, action: 'prepend' } as const)
      : ({ reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' } as const);
  return signXml(text, element, location, {
    privateKey: key.privateKey.reveal(),
    publicCert: key.certificate,
    signatureAlgorithm: key.algorithm === 'rsa-sha256' ? 'sha256' : 'sha512',
    digestAlgorithm: 'sha256',
  });
}
