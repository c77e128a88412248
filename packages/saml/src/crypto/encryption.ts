/**
 * Encrypted assertions and names. Encryption hides; it does not prove who wrote something: whatever comes out is checked like anything else from a
 * stranger, signature and all.
 *
 * AES-CBC does not notice changes, so that an attacker could ask us, guess by guess, what stands in it. It is decrypted only under a signature that
 * was checked before; RSA 1.5 never.
 */

import type { Secret } from '@im/core';
import { refuse, require } from '../refusals.ts';
import type { XmlElement } from '../xml/dom.ts';
import { ns } from '../xml/names.ts';
import { attribute, child, children, needChild, textOf } from '../xml/read.ts';
import { parseXml, type SafeXml } from '../xml/strict.ts';
import { acceptedContent, acceptedKeyTransport } from './algorithms.ts';
import { decryptXml } from './core.ts';

/** Initialization vector and tag. */
const leastBytes = 12 + 16;

/**
 * What stands in an `EncryptedAssertion` or `EncryptedID`.
 *
 * @param isSigned whether the element was read from a text whose signature was checked
 * @throws Refused
 */
export async function decrypted(
  encrypted: XmlElement,
  keys: readonly Secret[],
  isSigned: boolean,
): Promise<SafeXml> {
  require(keys.length > 0, 'no_decryption_key', 'something is encrypted, and no key is set');
  const data = needChild(encrypted, ns.encryption, 'EncryptedData');
  const method = algorithmOf(data);
  const content = Object.hasOwn(acceptedContent, method) ? acceptedContent[method] : undefined;
  require(content !== undefined, 'encryption_algorithm', 'of the content');
  require(content.isAuthenticated ||
    isSigned, 'encryption_unsigned', 'AES-CBC without a signature around it');
  require(cipherBytes(data) >= leastBytes, 'encryption_shape', 'the content is too short');
  checkKey(data, encrypted);
  const text = String(encrypted);
  for (const key of keys) {
    const plain = await decryptXml(text, key.reveal()).catch(() => undefined);
    if (plain !== undefined) return parseXml(plain);
  }
  return refuse('cannot_decrypt', 'no key fits, or it was changed');
}

/** The key stands in the data's own `KeyInfo`; nothing is fetched or looked up. */
function checkKey(data: XmlElement, encrypted: XmlElement): void {
  const keys = children(encrypted, ns.encryption, 'EncryptedKey');
  require(keys.length === 0, 'encryption_shape', 'the key stands beside the data');
  const info = needChild(data, ns.signature, 'KeyInfo');
  require(child(info, ns.signature, 'RetrievalMethod') ===
    undefined, 'encryption_shape', 'the key is elsewhere');
  const key = needChild(info, ns.encryption, 'EncryptedKey');
  require(acceptedKeyTransport.has(algorithmOf(key)), 'encryption_algorithm', 'of the key');
  cipherBytes(key);
}

function algorithmOf(element: XmlElement): string {
  return attribute(needChild(element, ns.encryption, 'EncryptionMethod'), 'Algorithm') ?? '';
}

function cipherBytes(element: XmlElement): number {
  const value = needChild(needChild(element, ns.encryption, 'CipherData'), ns.encryption, 'CipherValue');
  return Buffer.from(textOf(value), 'base64').length;
}
