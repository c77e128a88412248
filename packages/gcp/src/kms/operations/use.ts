/**
 * Operations that use a key: encrypt, sign, verify. None of them changes anything at the vendor; those whose answer is another one
 * each time are `idempotent` all the same, since the answer of a `read` may be given twice.
 */
import { type Call, idempotent, read, VendorError } from '@im/core';
import { checkRange, toBase64 } from '../../common/fields.ts';
import { invalid } from '../../common/resource.ts';
import type { Decrypted, Encrypted, MacSigned, PublicKey, Signed, ToSign } from '../model.ts';
import {
  wireDecrypted,
  wireEncrypted,
  wireMac,
  wireMacVerified,
  wirePublicKey,
  wireRandom,
  wireSigned,
} from '../wire.ts';
import { type Connection, notes } from './shared.ts';

/** The vendor's limit for a plaintext, and for additional data, in bytes; keys in an HSM take 8 KiB of both together. */
const mostPlaintext = 65_536;
/** A ciphertext is a little longer than its plaintext. */
const mostCiphertext = 65_536 + 4_096;

const digestBytes = { sha256: 32, sha384: 48, sha512: 64 } as const;

const versions = 'keyRings.cryptoKeys.cryptoKeyVersions';

export const useOperations = ({ rest, names }: Connection) => ({
  /**
   * Encrypts up to 64 KiB with the primary version of a key, or with the version that is named. Additional data is not
   * encrypted, but must be given again to decrypt. Text is encrypted as UTF-8.
   */
  encrypt: idempotent(
    async (
      key: string,
      plaintext: Uint8Array | string,
      additionalData: Uint8Array | undefined,
      call: Call,
    ): Promise<Encrypted> => {
      const json = {
        plaintext: encoded('plaintext', plaintext, mostPlaintext),
        additionalAuthenticatedData:
          additionalData && encoded('additional data', additionalData, mostPlaintext),
      };
      const name = await names.keyOrVersion(key, call);
      return checked(name, await rest.post(name, ':encrypt', wireEncrypted, call, { json }));
    },
    notes('keyRings.cryptoKeys', 'encrypt', 'cryptoKeyVersions.useToEncrypt'),
  ),
  /** Decrypts with whichever version encrypted. A wrong key, wrong additional data or a damaged ciphertext is `invalid_argument`. */
  decrypt: read(
    async (
      key: string,
      ciphertext: Uint8Array,
      additionalData: Uint8Array | undefined,
      call: Call,
    ): Promise<Decrypted> => {
      const json = {
        ciphertext: encoded('ciphertext', ciphertext, mostCiphertext, 1),
        additionalAuthenticatedData:
          additionalData && encoded('additional data', additionalData, mostPlaintext),
      };
      return rest.post(await names.key(key, call), ':decrypt', wireDecrypted, call, { json });
    },
    notes('keyRings.cryptoKeys', 'decrypt', 'cryptoKeyVersions.useToDecrypt'),
  ),
  /** Signs a digest, or the data itself, with a version of a key for `asymmetric-sign`. */
  asymmetricSign: idempotent(
    async (keyVersion: string, message: ToSign, call: Call): Promise<Signed> => {
      const json = toSignRequest(message);
      const name = await names.version(keyVersion, call);
      return checked(name, await rest.post(name, ':asymmetricSign', wireSigned, call, { json }));
    },
    notes(versions, 'asymmetricSign', 'cryptoKeyVersions.useToSign'),
  ),
  /** Decrypts what was encrypted with the public key of a version, by OAEP. */
  asymmetricDecrypt: read(
    async (keyVersion: string, ciphertext: Uint8Array, call: Call): Promise<Decrypted> => {
      const json = { ciphertext: encoded('ciphertext', ciphertext, mostCiphertext, 1) };
      const name = await names.version(keyVersion, call);
      return rest.post(name, ':asymmetricDecrypt', wireDecrypted, call, { json });
    },
    notes(versions, 'asymmetricDecrypt', 'cryptoKeyVersions.useToDecrypt'),
  ),
  /** The public key of a version for `asymmetric-sign` or `asymmetric-decrypt`, as PEM. */
  getPublicKey: read(
    async (keyVersion: string, call: Call): Promise<PublicKey> => {
      const name = await names.version(keyVersion, call);
      return checked(name, await rest.get(name, '/publicKey', wirePublicKey, call));
    },
    notes(versions, 'getPublicKey', 'cryptoKeyVersions.viewPublicKey'),
  ),
  /** The MAC of up to 64 KiB, with a version of a key for `mac`. */
  macSign: read(
    async (keyVersion: string, data: Uint8Array | string, call: Call): Promise<MacSigned> => {
      const json = { data: encoded('data', data, mostPlaintext) };
      const name = await names.version(keyVersion, call);
      return checked(name, await rest.post(name, ':macSign', wireMac, call, { json }));
    },
    notes(versions, 'macSign', 'cryptoKeyVersions.useToSign'),
  ),
  /** Whether `mac` is the MAC of `data`. */
  macVerify: read(
    async (keyVersion: string, data: Uint8Array | string, mac: Uint8Array, call: Call): Promise<boolean> => {
      const json = { data: encoded('data', data, mostPlaintext), mac: encoded('mac', mac, 64, 1) };
      const name = await names.version(keyVersion, call);
      const answer = checked(name, await rest.post(name, ':macVerify', wireMacVerified, call, { json }));
      const { success = false, verifiedSuccessIntegrity = success } = answer;
      if (success === verifiedSuccessIntegrity) return success;
      throw new VendorError({
        sent: true,
        code: 'unavailable',
        reason: 'integrity',
        says: `${name}: the answer contradicts itself, so it was damaged on its way`,
      });
    },
    notes(versions, 'macVerify', 'cryptoKeyVersions.useToVerify'),
  ),
  /** Random bytes of an HSM, 8 to 1,024 of them. */
  generateRandomBytes: idempotent(
    async (bytes: number, location: string | undefined, call: Call): Promise<Uint8Array> => {
      const lengthBytes = checkRange('bytes', bytes, 8, 1_024);
      const json = { lengthBytes, protectionLevel: 'HSM' };
      const name = await names.location(location, call);
      const { data } = await rest.post(name, ':generateRandomBytes', wireRandom, call, { json });
      if (data.byteLength === lengthBytes) return data;
      throw new VendorError({
        sent: true,
        code: 'internal',
        says: `${name}: gave ${data.byteLength} random bytes, not ${lengthBytes}`,
      });
    },
    notes('', 'generateRandomBytes', 'locations.generateRandomBytes'),
  ),
});

function encoded(what: string, given: Uint8Array | string, most: number, least = 0): string {
  const bytes = typeof given === 'string' ? Buffer.from(given) : given;
  if (bytes.byteLength >= least && bytes.byteLength <= most) return toBase64(bytes);
  throw invalid(`the ${what} has ${bytes.byteLength} bytes; ${least} to ${most} are taken`);
}

function toSignRequest(message: ToSign): object {
  if ('data' in message) return { data: encoded('data', message.data, mostPlaintext) };
  for (const [kind, length] of Object.entries(digestBytes)) {
    const digest = (message as Readonly<Record<string, Uint8Array | undefined>>)[kind];
    if (digest === undefined) continue;
    if (digest.byteLength === length) return { digest: { [kind]: toBase64(digest) } };
    throw invalid(
      `a ${kind} digest has ${length} bytes, not ${digest.byteLength}; give the digest, not the data`,
    );
  }
  throw invalid(`nothing to sign; give data, or a digest: ${Object.keys(digestBytes).join(', ')}`);
}

/**
 * The answer, once it is known to come from the key that was asked. The project is left aside, since it may be named by number.
 *
 * @see {@link https://cloud.google.com/kms/docs/data-integrity-guidelines | Cloud KMS: Verifying end-to-end data integrity}
 */
function checked<Answer extends { readonly name: string }>(asked: string, answer: Answer): Answer {
  const place = (name: string) => name.slice(name.indexOf('/locations/'));
  if (`${place(answer.name)}/`.startsWith(`${place(asked)}/`)) return answer;
  throw new VendorError({
    sent: true,
    code: 'internal',
    reason: 'integrity',
    says: `${asked}: the answer comes from another key`,
  });
}
