/** Where a browser is sent after a flow: never where a stranger's link says (open redirect, RFC 9700 §4.11). */

/** Resolves paths; no such host exists (RFC 2606). */
const nowhere = 'https://return-to.invalid';

/**
 * The address to send the browser to, if it is allowed: a path of this application (`/settings?tab=1`), or a URL whose origin stands in
 * `allowedOrigins`, such as `https://app.example.com`.
 *
 * @returns the address in the form in which it was judged; `undefined` when it may not be used
 */
export function allowedReturn(value: string, allowedOrigins: readonly string[] = []): string | undefined {
  // Browsers drop tabs and line ends, and take a backslash for a slash: such a text is not what it looks like.
  if (value.length > 2_048 || /[^!-~]|\\/.test(value)) return undefined;
  if (value.startsWith('/')) {
    const url = URL.canParse(value, nowhere) ? new URL(value, nowhere) : undefined;
    return url?.origin === nowhere && url.username === ''
      ? url.pathname.replace(/^\/+/, '/') + url.search + url.hash
      : undefined;
  }
  if (!URL.canParse(value)) return undefined;
  const url = new URL(value);
  const isPlain = url.username === '' && url.password === '';
  return isPlain && url.origin !== 'null' && allowedOrigins.includes(url.origin) ? url.href : undefined;
}
