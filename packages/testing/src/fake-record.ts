/** Writes traffic down for `tools/spec-check`, one JSON object a line. */
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from './fake-server.ts';

/** Headers whose value is a credential. An idempotency key is none. */
const credential = /authorization|cookie|token|secret|password|signature|(?<!idempotency-)key/i;

/**
 * Writes the traffic of the fake `name` to `<folder>/<name>-<pid>.ndjson`. Default folder: the environment's
 * `IM_RECORD`; without it nothing is written.
 */
export function recorder(
  name: string,
  folder: string | undefined = process.env.IM_RECORD,
): ((exchange: Exchange) => void) | undefined {
  if (!folder) return undefined;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}-${process.pid}.ndjson`);
  return (exchange) => appendFileSync(file, `${JSON.stringify(toRecord(exchange))}\n`);
}

/**
 * An exchange as it is recorded: bodies in base64, large ones of no readable form cut; credentials in headers, and in fields of forms and JSON, as `[redacted]`,
 * also wherever else in the exchange the same value stands.
 */
export function toRecord(exchange: Exchange): Readonly<Record<string, unknown>> {
  const hide = hider(credentialsOf(exchange));
  const headers = (given: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(given).map(([name, value]) => [
        name,
        credential.test(name) ? withoutValue(value) : hide(value),
      ]),
    );
  // As Latin-1 every byte is a character, so that what is no text comes through unharmed.
  const body = (bytes: Uint8Array, type: string | undefined) =>
    Buffer.from(hide(Buffer.from(kept(bytes, type)).toString('latin1')), 'latin1').toString('base64');
  return {
    ...exchange,
    target: hide(exchange.target),
    requestHeaders: headers(exchange.requestHeaders),
    requestBody: body(exchange.requestBody, exchange.requestHeaders['content-type']),
    responseHeaders: headers(exchange.responseHeaders),
    responseBody: body(exchange.responseBody, exchange.responseHeaders['content-type']),
  };
}

/** Bytes that are kept of a body that nobody can read: no description says more of it than that it is there. */
const keptOpaque = 4 * 1024;

/** Media types whose bodies have a form that can be judged. */
const readable = /json|xml|form|multipart|text\/(?!plain)/i;

function kept(bytes: Uint8Array, type = ''): Uint8Array {
  return readable.test(type) ? bytes : bytes.subarray(0, keptOpaque);
}

/** Scheme in front of a credential, which descriptions demand. */
const scheme = /^(Bearer|Basic|Digest|AWS4-HMAC-SHA256) /i;

function withoutValue(value: string): string {
  return `${scheme.exec(value)?.[0] ?? ''}[redacted]`;
}

/** Fields of a form or of JSON that hold a credential. A page token is none; in JSON a `code` is an error's. */
const credentialField =
  /^(access_?token|refresh_?token|id_?token|client_?secret|password|(client_)?assertion|code_?verifier|api_?key)$/i;

/** Shorter ones are ordinary words. */
const shortestCredential = 6;

function credentialsOf({ requestHeaders, requestBody, responseHeaders, responseBody }: Exchange): string[] {
  const found = [requestHeaders, responseHeaders].flatMap((headers) =>
    Object.entries(headers).flatMap(([name, value]) => (credential.test(name) ? partsOf(value) : [])),
  );
  for (const [headers, body] of [
    [requestHeaders, requestBody],
    [responseHeaders, responseBody],
  ] as const) {
    for (const [name, value] of fieldsOf(headers['content-type'] ?? '', body)) {
      if (credentialField.test(name) && typeof value === 'string') found.push(value);
    }
  }
  return [...new Set(found)].filter((value) => value.length >= shortestCredential);
}

/** A header's value without its scheme; of `Basic` what stands behind the user's name. RFC 7617 §2 */
function partsOf(value: string): readonly string[] {
  const bare = value.replace(scheme, '');
  if (!/^Basic /i.test(value)) return [bare];
  const [, ...password] = Buffer.from(bare, 'base64').toString().split(':');
  return [bare, password.join(':'), unescaped(password.join(':'))];
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not escaped at all: some clients send it as it is.
    return text;
  }
}

function fieldsOf(type: string, body: Uint8Array): readonly (readonly [string, unknown])[] {
  // Text only where there are fields: a large body of none takes long to be read as such.
  const text = () => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
  if (type.startsWith('application/x-www-form-urlencoded')) return [...new URLSearchParams(text())];
  if (!/[/+]json\b/.test(type)) return [];
  try {
    const value: unknown = JSON.parse(text());
    return typeof value === 'object' && value !== null ? Object.entries(value) : [];
  } catch {
    // Truncated by a fault, perhaps: there are no fields then.
    return [];
  }
}

/** Takes `secrets` out of texts, in every usual spelling. */
function hider(secrets: readonly string[]): (text: string) => string {
  const forms = secrets.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    const base64 = bytes.toString('base64').replace(/=+$/, '');
    return [
      secret,
      encodeURIComponent(secret.toWellFormed()),
      new URLSearchParams([['', secret]]).toString().slice(1),
      JSON.stringify(secret).slice(1, -1),
      base64,
      base64.replaceAll('+', '-').replaceAll('/', '_'),
      bytes.toString('hex'),
    ];
  });
  // Bodies are read as Latin-1.
  const all = forms.flatMap((form) => [form, Buffer.from(form).toString('latin1')]);
  const longestFirst = [...new Set(all)].sort((one, other) => other.length - one.length);
  return (text) => longestFirst.reduce((hidden, form) => hidden.replaceAll(form, '[redacted]'), text);
}
