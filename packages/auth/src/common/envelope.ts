/**
 * Secrets at rest: AES-256-GCM in an envelope.
 *
 * 1. Each text is encrypted with a data key of its own, made for it and used once.
 * 2. The data key is encrypted ("wrapped") with the key that has the id in front: one of the application, or one that a key service keeps.
 * 3. Both encryptions are bound to where the text belongs (tenant, kind, id): copied to another place, it does not open.
 * 4. The first key wraps; the others only open, so that keys are changed by putting a new one in front. {@link Envelope.isCurrent}
 *    says what is still wrapped by an older one.
 *
 * Format: `im1.<key id>.<wrapped data key>.<nonce, ciphertext, tag>`, parts in base64url.
 * @see {@link https://csrc.nist.gov/pubs/sp/800/38/d/final | NIST SP 800-38D} (96-bit nonces, 128-bit tags)
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { ConfigurationError, type ConfigurationFault, IntegrationError, type Secret } from '@im/core';
import { type RandomBytes, systemRandomBytes } from './random.ts';

/** A key of the application's own. */
export interface LocalKey {
  /** Stands in front of what it wraps; letters, digits, `_`, `-`. Never used for another key. */
  readonly id: string;
  /** 32 random bytes in base64 or base64url: `openssl rand -base64 32`. */
  readonly key: Secret;
}

/** A key that somebody else keeps, such as a key service. */
export interface RemoteKey {
  readonly id: string;
  /** Encrypts 32 bytes, bound to `binding`. */
  wrap(dataKey: Uint8Array, binding: Uint8Array): Promise<Uint8Array>;
  /** Rejects when `wrapped` or `binding` is not what it was. */
  unwrap(wrapped: Uint8Array, binding: Uint8Array): Promise<Uint8Array>;
}

/** A key that wraps data keys. */
export type EnvelopeKey = LocalKey | RemoteKey;

/** Settings of {@link createEnvelope}. */
export interface EnvelopeOptions {
  /** The first one wraps, all of them open. At least one. */
  readonly keys: readonly EnvelopeKey[];
  /** Default: the system's. */
  readonly randomBytes?: RandomBytes | undefined;
}

/** Where a text belongs, from the widest to the narrowest: `['acme', 'connection', 'c1']`. It must be given again to open it. */
export type Binding = readonly string[];

/** Encrypts and decrypts texts. */
export interface Envelope {
  seal(text: string, binding: Binding): Promise<string>;
  /** @throws {@link IntegrationError} `failed_precondition`: changed, moved from elsewhere, or wrapped by a key that is not there any more */
  open(sealed: string, binding: Binding): Promise<string>;
  /** Whether the first key wraps it. When not, seal it again at the next occasion. */
  isCurrent(sealed: string): boolean;
}

const version = 'im1';
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const idPattern = /^[\w-]{1,64}$/;

/**
 * Makes an envelope.
 *
 * @throws {@link ConfigurationError} all that is wrong with the keys
 */
export function createEnvelope({ keys, randomBytes = systemRandomBytes }: EnvelopeOptions): Envelope {
  checkKeys(keys);
  const wrappers = new Map(keys.map((key) => [key.id, 'wrap' in key ? key : localWrapper(key, randomBytes)]));
  const current = wrappers.get(keys[0]?.id ?? '') as RemoteKey;
  return {
    async seal(text, binding) {
      const bound = bytesOf(binding);
      const dataKey = randomBytes(keyBytes);
      const wrapped = await current.wrap(dataKey, bound);
      const body = encrypt(dataKey, Buffer.from(text, 'utf8'), bound, randomBytes);
      return [version, current.id, encode(wrapped), encode(body)].join('.');
    },
    async open(sealed, binding) {
      const [format, id = '', wrapped = '', body = '', ...rest] = sealed.split('.');
      if (format !== version || rest.length > 0)
        throw unreadable('format', 'it is not of the format that is written here');
      const wrapper = wrappers.get(id);
      if (wrapper === undefined)
        throw unreadable(
          'unknown_key',
          'the key that wraps it is not among the keys',
          'put the old key behind the new one',
        );
      const bound = bytesOf(binding);
      try {
        const dataKey = await wrapper.unwrap(decode(wrapped), bound);
        return decrypt(dataKey, decode(body), bound).toString('utf8');
      } catch (cause) {
        throw unreadable('not_authentic', 'it was changed, or belongs elsewhere', undefined, cause);
      }
    },
    isCurrent: (sealed) => sealed.startsWith(`${version}.${current.id}.`),
  };
}

function localWrapper({ id, key }: LocalKey, random: RandomBytes): RemoteKey {
  const bytes = Buffer.from(key.reveal(), 'base64');
  return {
    id,
    wrap: async (dataKey, binding) => encrypt(bytes, dataKey, binding, random),
    unwrap: async (wrapped, binding) => decrypt(bytes, wrapped, binding),
  };
}

/** Nonce, ciphertext and tag. */
function encrypt(key: Uint8Array, text: Uint8Array, binding: Uint8Array, random: RandomBytes): Buffer {
  const nonce = random(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(binding);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when it was changed or is bound to something else */
function decrypt(key: Uint8Array, body: Uint8Array, binding: Uint8Array): Buffer {
  if (body.byteLength < nonceBytes + tagBytes) throw new Error('too short');
  const tagAt = body.byteLength - tagBytes;
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(binding)
    .setAuthTag(body.subarray(tagAt));
  return Buffer.concat([decipher.update(body.subarray(nonceBytes, tagAt)), decipher.final()]);
}

/** JSON keeps `['a', 'b/c']` and `['a/b', 'c']` apart. */
function bytesOf(binding: Binding): Uint8Array {
  return Buffer.from(JSON.stringify([version, ...binding]), 'utf8');
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function decode(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

function checkKeys(keys: readonly EnvelopeKey[]): void {
  const faults: ConfigurationFault[] = [];
  if (keys.length === 0) faults.push({ path: 'keys', says: 'is empty', remedy: 'give at least one key' });
  const seen = new Set<string>();
  for (const [index, key] of keys.entries()) {
    const path = `keys[${index}]`;
    if (!idPattern.test(key.id))
      faults.push({
        path: `${path}.id`,
        says: 'has other characters than letters, digits, _ and -',
        remedy: 'rename it',
      });
    if (seen.has(key.id))
      faults.push({ path: `${path}.id`, says: 'stands there twice', remedy: 'rename one of them' });
    seen.add(key.id);
    if ('key' in key && !isKeyText(key.key.reveal()))
      faults.push({
        path: `${path}.key`,
        says: 'is not 32 bytes in base64',
        remedy: 'make one with: openssl rand -base64 32',
      });
  }
  if (faults.length > 0) throw new ConfigurationError(faults, { subject: 'keys of the envelope' });
}

function isKeyText(text: string): boolean {
  return /^[\w+/-]{43}=?$/.test(text);
}

function unreadable(reason: string, says: string, remedy?: string, cause?: unknown): IntegrationError {
  return new IntegrationError(
    `what is stored cannot be opened: ${says}`,
    { code: 'failed_precondition', reason, remedy },
    { cause },
  );
}
