/** Keeps credentials out of everything that is shown. */
import { redacted, Secret } from '@im/core';

/** Headers that never carry a credential, whatever their name looks like. */
const plainHeaders = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'date',
  'etag',
  'last-modified',
]);

/** Names that carry credentials, or may. */
const secretName =
  /^key$|auth|cookie|token|secret|password|passwd|api[-_]?key|access[-_]?key|private|credential|signature|session|jwt|csrf|xsrf/i;

/** Whether a header, a query parameter or a field of this name is kept out of logs. */
export function isSecretName(name: string): boolean {
  return !plainHeaders.has(name.toLowerCase()) && secretName.test(name);
}

/** A copy of `headers` to log: what may be a credential reads `[redacted]`. */
export function redact(
  headers: Iterable<readonly [name: string, value: string]> | Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(
    entries.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, isSecretName(name) ? redacted : value]],
    ),
  );
}

/** A URL to log: no user name, no fragment, and values of secret parameters `[redacted]`. */
export function redactUrl(url: URL): string {
  const query = [...url.searchParams].map(
    ([name, value]) =>
      `${encodeURIComponent(name)}=${isSecretName(name) ? redacted : encodeURIComponent(value)}`,
  );
  return `${url.origin}${url.pathname}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}

/** Shorter values are too likely to be ordinary words. */
const shortestSecret = 6;

/** Long words. Of letters and digits mixed they mean nothing to a reader, and may be somebody's key. UUIDs too. */
const longWord = /[\w+/=.~-]{24,}/g;
/** Most characters of a vendor's own words in a message of ours. */
const longestText = 300;

/**
 * Text of a vendor, fit to stand in a message: `secrets` are taken out in every usual spelling, and so is anything
 * that looks like a key; control characters and what is beyond 300 characters are dropped.
 */
export function scrub(text: string, secrets: Iterable<string>): string {
  const clean = hideSecrets(text, secrets)
    .replace(longWord, (word) => (/\d/.test(word) && /[A-Za-z]/.test(word) ? redacted : word))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return clean.length > longestText ? `${clean.slice(0, longestText)}…` : clean;
}

/**
 * Whether one of `secrets` stands in `text`, in any usual spelling: for what is to be shown whole or not at all, such as the vendor's id of a
 * request. Secrets of fewer than 6 characters are ordinary words and do not count.
 */
export function showsSecret(text: string, secrets: Iterable<string>): boolean {
  return hideSecrets(text, secrets) !== text;
}

/** `text` with `secrets` taken out, in every usual spelling. */
export function hideSecrets(text: string, secrets: Iterable<string>): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < shortestSecret) continue;
    for (const form of spellings(secret)) clean = clean.replaceAll(form, redacted);
  }
  return clean;
}

/** The ways in which a secret is usually written. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const base64 = bytes.toString('base64');
  const hex = bytes.toString('hex');
  const forms = [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    new URLSearchParams({ a: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
    hex,
    hex.toUpperCase(),
  ];
  return [...new Set(forms)].sort((a, b) => b.length - a.length);
}

/** Every {@link Secret} inside checked options, revealed: what must never be shown. */
export function secretsOf(value: unknown, seen = new Set<unknown>()): string[] {
  if (value instanceof Secret) return [value.reveal()];
  if (typeof value !== 'object' || value === null || seen.has(value)) return [];
  seen.add(value);
  return Object.values(value).flatMap((member) => secretsOf(member, seen));
}
