/**
 * Operations that use a key: sign, verify, encrypt, wrap. None of them changes anything in the vault; those whose answer is another one
 * each time are `idempotent` all the same, since the answer of a `read` may be given twice.
 */
import { type Call, idempotent, type OperationNotes, read, SecretBytes } from '@im/core';
import { path } from '@im/http';
import type { z } from 'zod';
import { checkCipher, digestOf } from '../algorithms.ts';
import type { Vault } from '../connection.ts';
import type {
  CipherInput,
  CipherOutput,
  Decrypted,
  Encrypted,
  EncryptionAlgorithm,
  SignatureAlgorithm,
  Signed,
  ToSign,
  UnwrappedKey,
  WrapAlgorithm,
  WrappedKey,
} from '../key-model.ts';
import { wireResult, wireVerified } from '../key-wire.ts';
import { invalid } from '../names.ts';
import { notes } from './lifecycle.ts';

/** The longest input: some more than the largest RSA key's ciphertext, and what a managed HSM encrypts at once. */
const mostBytes = 65_536;

const about = (verb: string): OperationNotes => notes('key', verb, `${verb}/action`);

export function cryptoOperations(vault: Vault) {
  const use = async <Schema extends z.ZodType>(
    key: string,
    verb: string,
    json: Readonly<Record<string, unknown>>,
    schema: Schema,
    call: Call,
    hides?: readonly string[],
  ): Promise<z.output<Schema>> => {
    const { name, version } = vault.names.read('key', key);
    // Without a version the vault takes the latest; its place in the path stays.
    const place = version === undefined ? path`keys/${name}//${verb}` : path`keys/${name}/${version}/${verb}`;
    return vault.send({ method: 'POST', path: place, about: `key ${name}`, json, hides }, schema, call);
  };

  return {
    /**
     * Signs data, or a digest, with a key (`name`, `name/version` or its id). Without a version the latest signs; keep the
     * `keyId` of the answer to verify with.
     */
    sign: idempotent(
      async (key: string, algorithm: SignatureAlgorithm, message: ToSign, call: Call): Promise<Signed> => {
        const json = { alg: algorithm, value: base64url(digestOf(algorithm, message)) };
        const { kid, value } = await use(key, 'sign', json, wireResult, call);
        return { keyId: kid, signature: value };
      },
      about('sign'),
    ),
    /** Whether `signature` was made of the message by this version of the key. */
    verify: read(
      async (
        key: string,
        algorithm: SignatureAlgorithm,
        message: ToSign,
        signature: Uint8Array,
        call: Call,
      ): Promise<boolean> => {
        const digest = base64url(digestOf(algorithm, message));
        const json = { alg: algorithm, digest, value: encoded('signature', signature) };
        return (await use(key, 'verify', json, wireVerified, call)).value;
      },
      about('verify'),
    ),
    /** Encrypts a small text or some bytes: of RSA less than the key's size. Text is encrypted as UTF-8. */
    encrypt: idempotent(
      async (
        key: string,
        algorithm: EncryptionAlgorithm,
        plaintext: Uint8Array | string,
        more: CipherInput | undefined,
        call: Call,
      ): Promise<Encrypted> => {
        checkCipher('encrypt', algorithm, more ?? {});
        const value = encoded('plaintext', plaintext);
        const json = { alg: algorithm, value, ...fromCipher(more) };
        const result = await use(key, 'encrypt', json, wireResult, call, [value]);
        return {
          keyId: result.kid,
          ciphertext: result.value,
          iv: result.iv,
          additionalData: result.aad,
          authenticationTag: result.tag,
        };
      },
      about('encrypt'),
    ),
    /** Decrypts with the version that encrypted. `more`: what `encrypt` gave beside the ciphertext. */
    decrypt: read(
      async (
        key: string,
        algorithm: EncryptionAlgorithm,
        ciphertext: Uint8Array,
        more: CipherOutput | undefined,
        call: Call,
      ): Promise<Decrypted> => {
        checkCipher('decrypt', algorithm, more ?? {});
        const json = { alg: algorithm, value: encoded('ciphertext', ciphertext), ...fromCipher(more) };
        const { kid, value } = await use(key, 'decrypt', json, wireResult, call);
        return { keyId: kid, plaintext: new SecretBytes(value) };
      },
      about('decrypt'),
    ),
    /** Encrypts a symmetric key, so that it can be kept beside the data it encrypts. */
    wrapKey: idempotent(
      async (
        key: string,
        algorithm: WrapAlgorithm,
        toWrap: Uint8Array | SecretBytes,
        call: Call,
      ): Promise<WrappedKey> => {
        checkCipher('wrap', algorithm, {});
        const bytes = toWrap instanceof SecretBytes ? toWrap.reveal() : toWrap;
        const value = encoded('key to wrap', bytes);
        const json = { alg: algorithm, value };
        const result = await use(key, 'wrapkey', json, wireResult, call, [value]);
        return { keyId: result.kid, wrapped: result.value };
      },
      notes('key', 'wrap-key', 'wrap/action'),
    ),
    /** Decrypts a symmetric key with the version that wrapped it. */
    unwrapKey: read(
      async (
        key: string,
        algorithm: WrapAlgorithm,
        wrapped: Uint8Array,
        call: Call,
      ): Promise<UnwrappedKey> => {
        checkCipher('wrap', algorithm, {});
        const json = { alg: algorithm, value: encoded('wrapped key', wrapped) };
        const { kid, value } = await use(key, 'unwrapkey', json, wireResult, call);
        return { keyId: kid, unwrapped: new SecretBytes(value) };
      },
      notes('key', 'unwrap-key', 'unwrap/action'),
    ),
  };
}

function encoded(what: string, given: Uint8Array | string): string {
  const bytes = typeof given === 'string' ? Buffer.from(given) : given;
  if (bytes.byteLength > 0 && bytes.byteLength <= mostBytes) return base64url(bytes);
  throw invalid(`the ${what} has ${bytes.byteLength} bytes; 1 to ${mostBytes} are taken`);
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

function fromCipher(more: CipherOutput | undefined) {
  const member = (bytes: Uint8Array | undefined) => bytes && base64url(bytes);
  return {
    iv: member(more?.iv),
    aad: member(more?.additionalData),
    tag: member(more?.authenticationTag),
  };
}
