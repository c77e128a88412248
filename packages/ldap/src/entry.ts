/** Entries as the library read them → entries as operations give them. */
import type { SearchEntry } from 'ldapts';
import type { DirectoryEntry } from './model.ts';
import { rawDn } from './text/dn.ts';

/** Attributes whose values are bytes, even where they happen to be readable. Whatever is no UTF-8, and `;binary`, is so as well. */
const binaryAttributes = new Set([
  'objectguid',
  'objectsid',
  'sidhistory',
  'jpegphoto',
  'thumbnailphoto',
  'usercertificate',
  'cacertificate',
  'usersmimecertificate',
  'logonhours',
]);

/**
 * Attributes that hold passwords, whole or hashed. An account that may set them may often read them as well; an application never should, so they are
 * left out before anything sees them.
 */
const secretAttributes =
  /^(userpassword|authpassword|unicodepwd|dbcspwd|lmpwdhistory|ntpwdhistory|supplementalcredentials|samba(nt|lm)password|krbprincipalkey|pwdhistory|ms-mcs-admpwd|mslaps-.*password.*)(;|$)/;

/** Reads one entry. */
export function toEntry({ name, attributes }: SearchEntry): DirectoryEntry {
  // Without a prototype: the names come from outside.
  const text: Record<string, readonly string[]> = Object.create(null);
  const binary: Record<string, readonly Uint8Array[]> = Object.create(null);
  for (const { type, values, parsedBuffers } of attributes) {
    const key = type.toLowerCase();
    if (secretAttributes.test(key)) continue;
    const isBinary = binaryAttributes.has(key) || values.some((value) => typeof value !== 'string');
    if (isBinary) binary[key] = parsedBuffers.map((bytes) => new Uint8Array(bytes));
    else text[key] = values as string[];
  }
  return { dn: rawDn(name), attributes: text, binary };
}

/** The first value of an attribute as text. */
export function textOf({ attributes }: DirectoryEntry, name: string): string | undefined {
  return attributes[name.toLowerCase()]?.[0];
}

/** All values of an attribute as text. */
export function textsOf({ attributes }: DirectoryEntry, name: string): readonly string[] {
  return attributes[name.toLowerCase()] ?? [];
}

/** The id of an entry as text: as it stands, or of 16 bytes the text of the GUID, as Windows writes it. */
export function idOf(entry: DirectoryEntry, name: string): string | undefined {
  const bytes = entry.binary[name.toLowerCase()]?.[0];
  if (bytes === undefined) return textOf(entry, name);
  return bytes.length === 16 ? guidText(bytes) : Buffer.from(bytes).toString('hex');
}

/** The first three fields have their lowest byte in front. [MS-DTYP] §2.3.4.2 */
function guidText(bytes: Uint8Array): string {
  const order = [
    [3, 2, 1, 0],
    [5, 4],
    [7, 6],
    [8, 9],
    [10, 11, 12, 13, 14, 15],
  ];
  const hex = (at: number) => (bytes[at] as number).toString(16).padStart(2, '0');
  return order.map((field) => field.map(hex).join('')).join('-');
}
