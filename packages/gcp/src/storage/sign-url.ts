/**
 * Signed URLs, version 4: whoever has one may do one thing with one object until it expires, without credentials.
 *
 * The service rebuilds the canonical request from what it gets, and verifies the signature over its hash. So the URL is good only with the
 * method, the path, the parameters and the headers that were signed:
 *
 * ```
 * PUT                                   method
 * /bucket/folder/a%20b                  path: each byte escaped but A-Z a-z 0-9 - . _ ~ and the slash
 * X-Goog-Algorithm=…&X-Goog-Date=…      parameters, escaped, in order of their names
 * content-type:text/plain               headers: small letters, in order, values with single spaces
 * host:storage.googleapis.com
 *
 * content-type;host                     names of these headers
 * UNSIGNED-PAYLOAD                      or the SHA-256 of the body, where the header x-goog-content-sha256 has it
 * ```
 *
 * What is signed, by RSA with SHA-256, is `GOOG4-RSA-SHA256`, the date, the scope `20190201/auto/storage/goog4_request`, and the
 * hexadecimal SHA-256 of the above, a line each.
 *
 * @see {@link https://cloud.google.com/storage/docs/authentication/canonical-requests | Cloud Storage: Canonical requests}
 * @see {@link https://cloud.google.com/storage/docs/authentication/signatures | Cloud Storage: V4 signing process}
 */
import { createHash, sign } from 'node:crypto';
import { promisify } from 'node:util';

/** Longest that a signed URL is good for, seconds: a week. */
export const longestExpirySeconds = 604_800;

/** What to sign. */
export interface UrlToSign {
  readonly method: string;
  /** `https://storage.googleapis.com`: what stands before the path, to the letter. */
  readonly origin: string;
  readonly bucket: string;
  /** Absent: the bucket itself. */
  readonly object?: string | undefined;
  /**
   * Where the bucket stands: in the path, or in the host alone, which is then `<bucket>.storage.googleapis.com` or one of one's own.
   * Default `path`.
   */
  readonly style?: 'path' | 'host' | undefined;
  /** Sent with the request, to the letter. Names in any case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly expiresInSeconds: number;
  /** Instant of signing, milliseconds since 1970. */
  readonly now: number;
}

/** Whose signature it is. */
export interface UrlSigner {
  readonly clientEmail: string;
  /** RSA with SHA-256 over the text. */
  readonly sign: (text: string) => Promise<Uint8Array>;
}

/** The parts of a signature, for tests and for those who verify one. */
export interface CanonicalRequest {
  readonly url: string;
  readonly canonicalRequest: string;
  readonly stringToSign: string;
}

const signAsync = promisify(
  (data: Buffer, key: string, done: (error: Error | null, signature: Buffer) => void) =>
    sign('sha256', data, key, done),
);

/** A signer with a key at hand: PEM. It rejects with Node's own error when the key is none that signs with RSA. */
export function keySigner(clientEmail: string, privateKey: string): UrlSigner {
  return { clientEmail, sign: (text) => signAsync(Buffer.from(text), privateKey) };
}

/** Signs. @returns the whole URL */
export async function signUrl(wanted: UrlToSign, signer: UrlSigner): Promise<string> {
  const { url, stringToSign } = canonicalRequest(wanted, signer.clientEmail);
  const signature = await signer.sign(stringToSign);
  return `${url}&X-Goog-Signature=${Buffer.from(signature).toString('hex')}`;
}

/** Everything but the signature. */
export function canonicalRequest(wanted: UrlToSign, clientEmail: string): CanonicalRequest {
  const { method, origin, bucket, object, style = 'path', now } = wanted;
  const date = new Date(now).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
  const scope = `${date.slice(0, 8)}/auto/storage/goog4_request`;
  const headers = canonicalHeaders({ ...wanted.headers, host: new URL(origin).host });
  const names = headers.map(([name]) => name).join(';');
  const query = canonicalQuery({
    ...wanted.query,
    'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
    'X-Goog-Credential': `${clientEmail}/${scope}`,
    'X-Goog-Date': date,
    'X-Goog-Expires': String(wanted.expiresInSeconds),
    'X-Goog-SignedHeaders': names,
  });
  const objectPath = object === undefined ? '' : `/${escaped(object, true)}`;
  const path = style === 'path' ? `/${bucket}${objectPath}` : objectPath || '/';
  const request = [
    method,
    path,
    query,
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    headers.find(([name]) => name === 'x-goog-content-sha256')?.[1] ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  return {
    url: `${origin}${path}?${query}`,
    canonicalRequest: request,
    stringToSign: ['GOOG4-RSA-SHA256', date, scope, createHash('sha256').update(request).digest('hex')].join(
      '\n',
    ),
  };
}

/** Escapes every byte but the unreserved ones, and the slash where it parts folders. */
function escaped(text: string, keepSlash = false): string {
  const all = encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? all.replaceAll('%2F', '/') : all;
}

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]) =>
  one < other ? -1 : Number(one > other);

function canonicalQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]): [string, string] => [escaped(name), escaped(value)])
    .sort(byName)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function canonicalHeaders(headers: Readonly<Record<string, string>>): (readonly [string, string])[] {
  return Object.entries(headers)
    .map(([name, value]): [string, string] => [name.toLowerCase(), value.trim().replaceAll(/\s+/g, ' ')])
    .sort(byName);
}
