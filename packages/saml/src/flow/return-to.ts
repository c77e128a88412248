/** Where a browser is sent after a flow: never where a stranger's link says. */

/** Resolves paths; no such host exists (RFC 2606). */
const nowhere = 'https://return-to.invalid';

/**
 * The address, if it may be used: a path of this application, or a URL of an allowed origin.
 *
 * @returns the address in the form in which it was judged; `undefined` when it may not be used
 */
export function allowedReturn(value: string, origins: readonly string[]): string | undefined {
  // Browsers drop tabs and line ends, and take a backslash for a slash: such a text is not what it looks like.
  if (value.length > 2_048 || /[\p{Cc}\s\\]/u.test(value)) return undefined;
  const isPath = value.startsWith('/');
  if (!URL.canParse(value, isPath ? nowhere : undefined)) return undefined;
  const url = new URL(value, isPath ? nowhere : undefined);
  if (url.username !== '' || url.password !== '') return undefined;
  if (isPath)
    return url.origin === nowhere ? url.pathname.replace(/^\/+/, '/') + url.search + url.hash : undefined;
  return url.origin !== 'null' && origins.includes(url.origin) ? url.href : undefined;
}
