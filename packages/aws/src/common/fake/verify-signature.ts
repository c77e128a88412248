/**
 * Signature Version 4 from the receiver's side, for fakes. Written from AWS's description and not from a signer, so that
 * the two can prove each other.
 *
 * A signature covers the *canonical request*: method, path, sorted query, the headers that are named as signed, and the
 * hash of the body. Its hash, the time and the scope (day, region, service) are the *string to sign*; the key is derived
 * from the secret by four HMACs over the scope. It comes in the header `authorization`, or in the query (presigned).
 *
 * A request is valid when
 * 1. it names a key that exists, with the session token of that key where it has one, before that token expires
 * 2. its scope is the receiver's own region and service
 * 3. its time is at most 15 minutes off; a presigned one is used after it was signed and before it expires
 * 4. `host` and every `x-amz-…` header are signed
 * 5. the signature is the one that the secret gives
 * 6. the body has the hash that was signed, unless it says that it is unsigned
 *
 * @see {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html | AWS: create a signed request}
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html | S3: query parameters}
 */
import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto';

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** What the receiver knows. */
export interface SignatureRules {
  readonly service: string;
  readonly region: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `undefined`: there is no such key. */
  credentialsOf(accessKeyId: string): KnownCredentials | undefined;
  /** S3 takes the path as it is; every other service normalises it and escapes it once more. Default: by `service`. */
  readonly rawPath?: boolean | undefined;
}

/** One access key of an account. */
export interface KnownCredentials {
  readonly secretAccessKey: string;
  /** Of temporary credentials, which are refused without it. */
  readonly sessionToken?: string | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
}

/** Why a request is refused. Services have their own names for these. */
export type SignatureRefusal =
  | 'missing'
  | 'malformed'
  | 'unknown-key'
  | 'wrong-scope'
  | 'skewed'
  | 'expired'
  | 'unknown-token'
  | 'expired-token'
  | 'unsigned-headers'
  | 'wrong-signature'
  | 'wrong-payload';

/** What became of it. */
export type SignatureVerdict =
  | { readonly ok: true; readonly accessKeyId: string; readonly presigned: boolean }
  | { readonly ok: false; readonly reason: SignatureRefusal; readonly presigned: boolean };

/** Everything that a signature states, from the header or from the query. */
interface Statement {
  readonly presigned: boolean;
  readonly accessKeyId: string;
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20300101T000000Z`. */
  readonly time: string;
  readonly token: string | undefined;
  readonly payloadHash: string;
  /** Seconds; presigned only. */
  readonly expires: number;
}

const algorithm = 'AWS4-HMAC-SHA256';
const mostSkewMs = 15 * 60_000;
/** Seven days. */
const mostExpirySeconds = 604_800;

/** Verifies one request; see the head of this file. */
export function verifySignature(request: ReceivedRequest, rules: SignatureRules): SignatureVerdict {
  const query = parseQuery(request.target);
  const presigned = query.some(([name]) => name === 'X-Amz-Signature');
  const refuse = (reason: SignatureRefusal): SignatureVerdict => ({ ok: false, reason, presigned });
  if (!presigned && request.headers.authorization === undefined) return refuse('missing');
  const statement = presigned ? ofQuery(query) : ofHeader(request);
  if (statement === undefined) return refuse('malformed');
  const known = rules.credentialsOf(statement.accessKeyId);
  if (known === undefined) return refuse('unknown-key');
  const refusal =
    scopeRefusal(statement, rules) ??
    timeRefusal(statement, rules.now) ??
    tokenRefusal(statement, known, rules.now);
  if (refusal !== undefined) return refuse(refusal);
  if (!signsEnough(statement, request)) return refuse('unsigned-headers');
  const canonical = canonicalRequest(request, query, statement, rules.rawPath ?? rules.service === 's3');
  if (!sameText(signatureOf(canonical, statement, known.secretAccessKey), statement.signature))
    return refuse('wrong-signature');
  if (/^[0-9a-f]{64}$/.test(statement.payloadHash) && statement.payloadHash !== sha256(request.body))
    return refuse('wrong-payload');
  return { ok: true, accessKeyId: statement.accessKeyId, presigned };
}

function scopeRefusal(statement: Statement, { region, service }: SignatureRules) {
  const isOurs =
    statement.region === region && statement.service === service && statement.time.startsWith(statement.day);
  return isOurs ? undefined : 'wrong-scope';
}

function timeRefusal({ time, presigned, expires }: Statement, now: number) {
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(at)) return 'malformed';
  if (at > now + mostSkewMs || (!presigned && at < now - mostSkewMs)) return 'skewed';
  return presigned && now > at + expires * 1000 ? 'expired' : undefined;
}

function tokenRefusal({ token }: Statement, known: KnownCredentials, now: number) {
  if (token !== known.sessionToken) return 'unknown-token';
  return known.expiresAt !== undefined && known.expiresAt <= now ? 'expired-token' : undefined;
}

function signsEnough({ signedHeaders }: Statement, { headers }: ReceivedRequest): boolean {
  const must = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  return ['host', ...must].every((name) => signedHeaders.includes(name));
}

function ofHeader({ headers, body }: ReceivedRequest): Statement | undefined {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  const [, credential = '', signedHeaders = '', signature = ''] = match ?? [];
  const time = headers['x-amz-date'];
  const scope = scopeOf(credential);
  if (match === null || scope === undefined || time === undefined) return undefined;
  return {
    ...scope,
    presigned: false,
    signedHeaders: signedHeaders.split(';'),
    signature,
    time,
    token: headers['x-amz-security-token'],
    payloadHash: headers['x-amz-content-sha256'] ?? sha256(body),
    expires: 0,
  };
}

function ofQuery(query: readonly (readonly [string, string])[]): Statement | undefined {
  const value = (name: string) => query.find(([one]) => one === name)?.[1];
  const scope = scopeOf(value('X-Amz-Credential') ?? '');
  const [signedHeaders, signature, time, expires] = ['SignedHeaders', 'Signature', 'Date', 'Expires'].map(
    (name) => value(`X-Amz-${name}`),
  );
  const isComplete =
    value('X-Amz-Algorithm') === algorithm && scope && signedHeaders && signature && time && expires;
  if (!isComplete || !/^\d+$/.test(expires) || Number(expires) < 1 || Number(expires) > mostExpirySeconds)
    return undefined;
  return {
    ...scope,
    presigned: true,
    signedHeaders: signedHeaders.split(';'),
    signature,
    time,
    token: value('X-Amz-Security-Token'),
    payloadHash: value('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    expires: Number(expires),
  };
}

function scopeOf(credential: string) {
  const [accessKeyId, day, region, service, end, ...more] = credential.split('/');
  if (!accessKeyId || !day || !region || !service || end !== 'aws4_request' || more.length > 0)
    return undefined;
  return { accessKeyId, day, region, service };
}

/** The signature that the holder of the secret gives to a canonical request. */
export function signatureOf(
  canonical: string,
  { time, day, region, service }: Pick<Statement, 'time' | 'day' | 'region' | 'service'>,
  secretAccessKey: string,
): string {
  const scope = [day, region, service, 'aws4_request'];
  const stringToSign = [algorithm, time, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<Buffer>(
    (secret, part) => keyed(secret).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return keyed(key).update(stringToSign).digest('hex');
}

/** Bytes are made a key first: Node 24 takes four times as long for them as they are. */
const keyed = (secret: Buffer) => createHmac('sha256', createSecretKey(secret));

/** The canonical request, line by line. */
export function canonicalRequest(
  { method, target, headers }: ReceivedRequest,
  query: readonly (readonly [string, string])[],
  { signedHeaders, payloadHash }: Pick<Statement, 'signedHeaders' | 'payloadHash'>,
  rawPath: boolean,
): string {
  const path = target.split('?', 1)[0] ?? '/';
  const parameters = query
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map((pair) => pair.map(strictEscape).join('='));
  return [
    method,
    rawPath ? path : normalised(path),
    parameters.sort().join('&'),
    ...signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** Names and values of a query, unescaped, in the order in which they were sent. */
export function parseQuery(target: string): readonly (readonly [string, string])[] {
  const start = target.indexOf('?');
  if (start < 0 || start === target.length - 1) return [];
  return target
    .slice(start + 1)
    .split('&')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [unescapeOnce(name), unescapeOnce(value.join('='))];
    });
}

/** RFC 3986 §5.2.4, then every character but the unreserved ones escaped, also the `%` of what was escaped already. */
function normalised(path: string): string {
  const kept: string[] = [];
  const parts = path.split('/').slice(1);
  for (const part of parts) {
    if (part === '..') kept.pop();
    else if (part !== '.' && part !== '') kept.push(part);
  }
  const end = kept.length > 0 && /(^|\/)\.{0,2}$/.test(path) ? '/' : '';
  return `/${kept.map(strictEscape).join('/')}${end}`;
}

function strictEscape(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function unescapeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not escaped rightly: signed as it stands, or not at all.
    return text;
  }
}

function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}

function sameText(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
