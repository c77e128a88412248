/**
 * AWS Signature Version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
 *
 * A request is written down in one canonical form, hashed, and the hash signed with a key that is derived from the secret
 * for one day, region and service. AWS refuses it when
 *
 * 1. the signature is not that of the request as it arrived (`SignatureDoesNotMatch`): host, every `x-amz-` header, path
 *    and query count, each escaped once more than it was sent, except for S3, where the path counts as it was sent;
 * 2. its time differs from AWS's by more than 5 minutes, 15 for S3 (`RequestTimeTooSkewed`, `Signature expired`);
 * 3. it is scoped to another region or service than the one that got it.
 *
 * The algorithm is `@smithy/signature-v4`, the vendor's own, with its cache of derived keys. Here are added: hashing by
 * `node:crypto`, the integration's clock, and its correction from AWS's own `Date`.
 */
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { type Clock, type HeaderReader, VendorError } from '@im/core';
import type { SignRequest, UnsignedRequest } from '@im/http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentials, AwsIdentity, CredentialCall } from './identity.ts';
import { parseQuery, queryString } from './query.ts';

const payloadHashHeader = 'x-amz-content-sha256';

/** How requests of one service are signed. */
export interface SignerOptions {
  /** Name under which the service signs, `s3`. */
  readonly service: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly time: SigningTime;
  /** Whether the path is escaped once more before it is signed. S3 is the exception. Default true. */
  readonly escapesPath?: boolean | undefined;
  /**
   * Sends `x-amz-content-sha256`: the one that the request has, else that of a body that is text or bytes, else
   * `UNSIGNED-PAYLOAD`. S3 needs it. Default false.
   */
  readonly sendsPayloadHash?: boolean | undefined;
}

/** A URL to be signed for somebody else. */
export interface PresignRequest {
  readonly method: UnsignedRequest['method'];
  readonly url: URL;
  /** Path and query, where they are not those of `url`. */
  readonly target?: string | undefined;
  /** Headers that whoever uses the URL must send just so; names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Signs for one service. Made by {@link createSigner}. */
export interface Signer {
  /** For `HttpSettings.sign`. */
  readonly sign: SignRequest;
  /**
   * A URL that is good for `expiresInSeconds`, at most 7 days, and never longer than the credentials themselves.
   *
   * @returns origin, path and query
   */
  presign(request: PresignRequest, expiresInSeconds: number, call: CredentialCall): Promise<string>;
}

/** Most seconds that AWS lets a signed URL live. */
export const mostPresignSeconds = 604_800;

/** Makes a signer. */
export function createSigner(options: SignerOptions): Signer {
  const { credentials, time } = options;
  const over = (identity: AwsIdentity): SignatureV4 =>
    new SignatureV4({
      service: options.service,
      region: options.region,
      credentials: identity,
      sha256: Sha256,
      uriEscapePath: options.escapesPath ?? true,
      applyChecksum: options.sendsPayloadHash ?? false,
    });
  /** The same object for the same credentials. */
  let latest: { readonly identity: AwsIdentity; readonly signature: SignatureV4 } | undefined;
  const signatureOf = (identity: AwsIdentity): SignatureV4 => {
    if (latest?.identity !== identity) latest = { identity, signature: over(identity) };
    return latest.signature;
  };
  const identityFor = (call: CredentialCall) => credentials.current() ?? credentials.get(call);

  return {
    async sign(request, call) {
      const signature = signatureOf(await identityFor(call));
      const { host } = request.url;
      const unsigned = toSmithy(request, { ...request.headers, host });
      const { headers } = await signature.sign(unsigned, { signingDate: time.now() });
      return added(headers, request.headers);
    },
    async presign({ method, url, target, headers }, expiresInSeconds, call) {
      if (!(expiresInSeconds >= 1 && expiresInSeconds <= mostPresignSeconds)) throw badExpiry();
      const signature = signatureOf(await identityFor(call));
      const request = {
        method,
        url,
        target: target ?? url.pathname + url.search,
        headers: {},
        body: undefined,
      };
      const unsigned = toSmithy(request, {
        ...headers,
        host: url.host,
        // Whoever uses the URL decides what is sent. This one is neither sent nor signed: it only says so here.
        ...(options.sendsPayloadHash === true && { [payloadHashHeader]: 'UNSIGNED-PAYLOAD' }),
      });
      const signed = await signature.presign(unsigned, {
        signingDate: time.now(),
        expiresIn: Math.floor(expiresInSeconds),
        unhoistableHeaders: new Set([...Object.keys(headers ?? {}), payloadHashHeader]),
        unsignableHeaders: new Set([payloadHashHeader]),
      });
      return `${url.origin}${signed.path}?${queryString(signed.query ?? {})}`;
    },
  };
}

type SmithyRequest = Parameters<SignatureV4['presign']>[0];

function toSmithy(
  { method, url, target, body }: UnsignedRequest,
  headers: Readonly<Record<string, string>>,
): SmithyRequest {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    method,
    protocol: url.protocol,
    hostname: url.hostname,
    path,
    query: mark < 0 ? {} : parseQuery(target.slice(mark + 1)),
    headers: { ...headers },
    body,
  };
}

function added(
  signed: Readonly<Record<string, string>>,
  sent: Readonly<Record<string, string>>,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in signed) {
    const value = signed[name];
    if (value !== undefined && value !== sent[name] && name !== 'host') headers[name] = value;
  }
  return headers;
}

function badExpiry(): VendorError {
  return new VendorError({
    sent: false,
    code: 'invalid_argument',
    reason: 'bad_expiry',
    says: `a signed URL lives from 1 second to ${mostPresignSeconds} (7 days)`,
  });
}

/** SHA-256 of Node, or its HMAC where there is a secret, as the signer wants it. */
export class Sha256 {
  readonly #secret: string | Uint8Array | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#secret =
      secret === undefined || typeof secret === 'string'
        ? secret
        : ArrayBuffer.isView(secret)
          ? new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength)
          : new Uint8Array(secret);
    this.#hash = this.#begin();
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

/** Milliseconds by which clocks may differ before AWS refuses; the SDK corrects from here on too. */
const mostSkewMs = 4 * 60_000;

/** The time to sign at: the integration's clock, corrected once AWS said that it is wrong. */
export interface SigningTime {
  now(): Date;
  /** To be told of every refusal (status 400 to 403): its `Date` says what AWS takes the time to be. */
  correct(status: number, headers: HeaderReader): void;
}

/** Makes the time of one integration. */
export function createSigningTime(clock: Clock): SigningTime {
  let offsetMs = 0;
  return {
    now: () => new Date(clock.now() + offsetMs),
    correct(status, headers) {
      if (status < 400 || status > 403) return;
      const date = Date.parse(headers.get('date') ?? '');
      if (Number.isNaN(date)) return;
      if (Math.abs(date - clock.now() - offsetMs) >= mostSkewMs) offsetMs = date - clock.now();
    },
  };
}

/** The class with which the SDK signs, on the integration's time. */
export function signerClass(time: SigningTime): typeof SignatureV4 {
  class TimedSignature extends SignatureV4 {}
  const { sign, presign } = SignatureV4.prototype;
  const timed = (options: object | undefined) => ({ ...options, signingDate: time.now() });
  TimedSignature.prototype.sign = function (this: SignatureV4, toSign: never, options?: object) {
    return sign.call(this, toSign, timed(options) as never);
  } as SignatureV4['sign'];
  TimedSignature.prototype.presign = function (this: SignatureV4, request, options) {
    return presign.call(this, request, timed(options));
  };
  return TimedSignature;
}
