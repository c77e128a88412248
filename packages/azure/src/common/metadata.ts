/** Metadata of storage services: `x-ms-meta-` headers. */
import { VendorError } from '@im/core';

const prefix = 'x-ms-meta-';

/** Names are C# identifiers: https://learn.microsoft.com/rest/api/storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources */
const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** @throws `VendorError` `invalid_argument` for names and values that headers cannot carry */
export function metadataHeaders(
  metadata: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (!namePattern.test(name))
      throw invalid(`the metadata name ${JSON.stringify(name)} is no C# identifier`);
    if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value))
      throw invalid(`the metadata ${name} is empty, not printable ASCII, or begins or ends with a space`);
    headers[`${prefix}${name}`] = value;
  }
  return headers;
}

/** Metadata out of an answer's headers. HTTP does not keep the case of names: they are in lower case. */
export function metadataOf(headers: Iterable<readonly [string, string]>): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [header, value] of headers) {
    const name = header.toLowerCase();
    if (name.startsWith(prefix)) metadata[name.slice(prefix.length)] = value;
  }
  return metadata;
}

function invalid(says: string): VendorError {
  return new VendorError({ sent: false, code: 'invalid_argument', says });
}
