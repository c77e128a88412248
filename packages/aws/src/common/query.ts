/** Query strings as AWS reads them: every name and value escaped by RFC 3986, names may come again. */

/** A query in parts, as the SDK has it. */
export type Query = Readonly<Record<string, string | readonly string[] | null>>;

/** Escapes all but letters, digits and `-_.~`: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function escapeUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** `a=1&b=2`; a value of `null` is a name alone. */
export function queryString(query: Query): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    const escaped = escapeUri(name);
    if (value === null) parts.push(escaped);
    else if (typeof value === 'string') parts.push(`${escaped}=${escapeUri(value)}`);
    else for (const one of value) parts.push(`${escaped}=${escapeUri(one)}`);
  }
  return parts.join('&');
}

/** The parts of a query string; a name alone has an empty value, as it is signed. */
export function parseQuery(text: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const part of text.split('&')) {
    if (part === '') continue;
    const mark = part.indexOf('=');
    const name = decodeURIComponent(mark < 0 ? part : part.slice(0, mark));
    const value = mark < 0 ? '' : decodeURIComponent(part.slice(mark + 1));
    const known = query[name];
    if (known === undefined) query[name] = value;
    else if (typeof known === 'string') query[name] = [known, value];
    else known.push(value);
  }
  return query;
}
