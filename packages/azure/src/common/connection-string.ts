/**
 * Connection strings: `Name=value;Name=value`. What is wrong with one is said by the part's name, never by its value, since
 * values are credentials; a name that is not known may be a credential in the wrong place, so it is told by its position.
 *
 * @see {@link https://learn.microsoft.com/azure/storage/common/storage-configure-connection-string | Azure Storage: Connection strings}
 */

/** One part that a connection string may have. */
export interface ConnectionPart {
  /** As the vendor writes it; any case is read. */
  readonly name: string;
  /** What is wrong with the value, to stand after the name: `is no base64`. */
  readonly fault?: ((value: string) => string | undefined) | undefined;
}

/** A connection string that was read, or what is wrong with it. */
export type ConnectionString =
  | { readonly parts: ReadonlyMap<string, string>; readonly fault?: undefined }
  | { readonly fault: string };

/**
 * Reads a connection string. Empty parts between semicolons are let pass; values may hold `=`.
 *
 * @param known every part that may stand there
 * @returns parts under the vendor's spelling of their names
 */
export function readConnectionString(text: string, known: readonly ConnectionPart[]): ConnectionString {
  const parts = new Map<string, string>();
  for (const [index, piece] of text.split(';').entries()) {
    if (piece.trim() === '') continue;
    const at = piece.indexOf('=');
    if (at < 1) return { fault: `part ${index + 1} is not written as Name=value` };
    const name = piece.slice(0, at).trim().toLowerCase();
    const value = piece.slice(at + 1).trim();
    const rule = known.find((one) => one.name.toLowerCase() === name);
    if (rule === undefined)
      return { fault: `part ${index + 1} has a name that is not known; known are ${namesOf(known)}` };
    if (parts.has(rule.name)) return { fault: `${rule.name} stands there twice` };
    if (value === '') return { fault: `${rule.name} is empty` };
    const fault = rule.fault?.(value);
    if (fault !== undefined) return { fault: `${rule.name} ${fault}` };
    parts.set(rule.name, value);
  }
  return parts.size === 0 ? { fault: 'it has no parts' } : { parts };
}

const namesOf = (known: readonly ConnectionPart[]) => known.map(({ name }) => name).join(', ');

/** Whether `value` is a key as the portal shows it: standard base64 with its padding. */
export function base64Fault(value: string): string | undefined {
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value);
  return isBase64 ? undefined : 'is no base64: copy the whole key, with the = signs at its end';
}

/** Whether `value` is the base URL of a service. */
export function endpointFault(value: string): string | undefined {
  return /^https?:\/\//i.test(value) && URL.canParse(value) && new URL(value).search === ''
    ? undefined
    : 'is no http or https URL';
}
