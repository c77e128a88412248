/**
 * Metadata of the port in metadata of Azure, whose names are C# identifiers and whose values go in headers.
 *
 * A name keeps its letters, digits and underscores. `-`, and a digit in front, become `_hh_` with the character's code in hexadecimal; so does an
 * underscore that would read as the beginning of such an escape: `a-b` is `a_2d_b`.
 *
 * A value of printable ASCII stays as it is. All others are written as RFC 8187 has it, `UTF-8''Zo%C3%AB`; so are empty ones, and those with
 * spaces that a header would lose.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata#metadata-names | Azure: Metadata names}
 */

const toEscape = /-|^\d|_(?=(?:2d|5f|3\d)[_-])/g;
const escaped = /_(2d|5f|3\d)_/g;

/** How a name is stored. */
export function toMetadataName(name: string): string {
  return name.replace(toEscape, (character) => `_${character.charCodeAt(0).toString(16)}_`);
}

/** Which name is stored so. */
export function fromMetadataName(name: string): string {
  return name.replace(escaped, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

const extended = "UTF-8''";
const plainValue = /^[!-~]+(?: [!-~]+)*$/;

/** How a value is stored. */
export function toMetadataValue(value: string): string {
  return plainValue.test(value) && !value.startsWith(extended)
    ? value
    : `${extended}${encodeURIComponent(value)}`;
}

/** Which value is stored so; a malformed escape, which we did not write, stays as it is. */
export function fromMetadataValue(value: string): string {
  if (!value.startsWith(extended)) return value;
  try {
    return decodeURIComponent(value.slice(extended.length));
  } catch {
    return value;
  }
}
