/** Who somebody is to a provider. SAML Core §2.2 */

import type { Secret } from '@im/core';
import { decrypted } from '../crypto/encryption.ts';
import { refuse, require } from '../refusals.ts';
import type { XmlElement } from '../xml/dom.ts';
import { ns } from '../xml/names.ts';
import { attribute, child, isNamed, textOf } from '../xml/read.ts';
import { type XmlText, xml } from '../xml/write.ts';

/** A name as a provider gave it. Plain data. */
export interface NameId {
  readonly value: string;
  readonly format?: string | undefined;
  readonly nameQualifier?: string | undefined;
  readonly spNameQualifier?: string | undefined;
}

/**
 * The name in `parent`, encrypted or not.
 *
 * @param isSigned whether `parent` was read from a text whose signature was checked
 * @throws Refused
 */
export async function readNameId(
  parent: XmlElement,
  keys: readonly Secret[],
  isSigned: boolean,
): Promise<NameId> {
  const plain = child(parent, ns.assertion, 'NameID');
  const hidden = child(parent, ns.assertion, 'EncryptedID');
  require(plain === undefined || hidden === undefined, 'bad_shape', `${parent.localName} has two names`);
  if (hidden === undefined) return toNameId(plain ?? refuse('no_subject', 'NameID'));
  const { root } = await decrypted(hidden, keys, isSigned);
  require(isNamed(root, ns.assertion, 'NameID'), 'bad_shape', 'EncryptedID holds something else');
  return toNameId(root);
}

function toNameId(element: XmlElement): NameId {
  const value = textOf(element);
  require(value !== '', 'no_subject', 'NameID is empty');
  return {
    value,
    format: attribute(element, 'Format'),
    nameQualifier: attribute(element, 'NameQualifier'),
    spNameQualifier: attribute(element, 'SPNameQualifier'),
  };
}

/** Writes it. */
export function nameIdXml({ value, format, nameQualifier, spNameQualifier }: NameId): XmlText {
  return xml(
    'saml:NameID',
    { Format: format, NameQualifier: nameQualifier, SPNameQualifier: spNameQualifier },
    value,
  );
}
