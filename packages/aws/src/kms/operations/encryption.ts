/**
 * Encrypting, decrypting and data keys. Nothing of it changes anything at AWS; what gives another result each time is
 * idempotent rather than a read, so that nobody keeps it for another call.
 */
import { type Call, idempotent, read, SecretBytes } from '@im/core';
import { promised, refuse } from '../../common/service.ts';
import type { Service } from '../client.ts';
import { contextOf, toLimitedBytes } from '../map.ts';
import type {
  Ciphertext,
  DataKey,
  DataKeyOptions,
  DecryptOptions,
  EncryptionContext,
  EncryptOptions,
  Plain,
} from '../model.ts';

const docs = 'https://docs.aws.amazon.com/kms/latest/APIReference/API_';

/** Operations on data; `key` is an id, an ARN or an alias (`alias/orders`). */
export function encryptionOperations(service: Service) {
  return {
    /** Encrypts up to 4 KiB; more is encrypted by a data key. */
    encrypt: idempotent(
      async (
        key: string,
        plain: Plain,
        options: EncryptOptions | undefined,
        call: Call,
      ): Promise<Ciphertext> => {
        const input = {
          KeyId: key,
          Plaintext: toLimitedBytes(plain),
          ...contextOf(options?.context),
          ...(options?.algorithm !== undefined && { EncryptionAlgorithm: options.algorithm }),
        };
        const done = await service.send((kms) => new kms.EncryptCommand(input), call);
        return toCiphertext(done);
      },
      { docs: `${docs}Encrypt.html`, scopes: ['kms:Encrypt'] },
    ),

    /** Decrypts what KMS encrypted, data keys included. */
    decrypt: read(
      async (
        ciphertext: Uint8Array,
        options: DecryptOptions | undefined,
        call: Call,
      ): Promise<SecretBytes> => {
        if (ciphertext.byteLength === 0) refuse('there is nothing to decrypt');
        const input = {
          CiphertextBlob: ciphertext,
          ...contextOf(options?.context),
          ...(options?.keyId !== undefined && { KeyId: options.keyId }),
          ...(options?.algorithm !== undefined && { EncryptionAlgorithm: options.algorithm }),
        };
        const done = await service.send((kms) => new kms.DecryptCommand(input), call);
        return new SecretBytes(promised(done.Plaintext, 'Plaintext'));
      },
      { docs: `${docs}Decrypt.html`, scopes: ['kms:Decrypt'] },
    ),

    /** Encrypts a ciphertext under another key or context; the plaintext never leaves KMS. */
    reEncrypt: idempotent(
      async (
        ciphertext: Uint8Array,
        key: string,
        options: { readonly from?: EncryptionContext; readonly to?: EncryptionContext } | undefined,
        call: Call,
      ): Promise<Ciphertext> => {
        const input = {
          CiphertextBlob: ciphertext,
          DestinationKeyId: key,
          ...(options?.from !== undefined && { SourceEncryptionContext: { ...options.from } }),
          ...(options?.to !== undefined && { DestinationEncryptionContext: { ...options.to } }),
        };
        const done = await service.send((kms) => new kms.ReEncryptCommand(input), call);
        return toCiphertext(done);
      },
      { docs: `${docs}ReEncrypt.html`, scopes: ['kms:ReEncryptFrom', 'kms:ReEncryptTo'] },
    ),

    /** A new key for data of any size: encrypt with the plaintext, forget it, and keep the ciphertext beside the data. */
    generateDataKey: idempotent(
      async (key: string, options: DataKeyOptions | undefined, call: Call): Promise<DataKey> => {
        const input = { KeyId: key, ...lengthOf(options), ...contextOf(options?.context) };
        const made = await service.send((kms) => new kms.GenerateDataKeyCommand(input), call);
        return { ...toCiphertext(made), plaintext: new SecretBytes(promised(made.Plaintext, 'Plaintext')) };
      },
      { docs: `${docs}GenerateDataKey.html`, scopes: ['kms:GenerateDataKey'] },
    ),

    /** The same without its plaintext, for who only hands it on. */
    generateDataKeyWithoutPlaintext: idempotent(
      async (key: string, options: DataKeyOptions | undefined, call: Call): Promise<Ciphertext> => {
        const input = { KeyId: key, ...lengthOf(options), ...contextOf(options?.context) };
        const made = await service.send((kms) => new kms.GenerateDataKeyWithoutPlaintextCommand(input), call);
        return toCiphertext(made);
      },
      {
        docs: `${docs}GenerateDataKeyWithoutPlaintext.html`,
        scopes: ['kms:GenerateDataKeyWithoutPlaintext'],
      },
    ),

    /** Bytes of chance, 1 to 1,024, of AWS's hardware. */
    generateRandom: idempotent(
      async (bytes: number, call: Call): Promise<SecretBytes> => {
        checkLength(bytes);
        const made = await service.send(
          (kms) => new kms.GenerateRandomCommand({ NumberOfBytes: bytes }),
          call,
        );
        return new SecretBytes(promised(made.Plaintext, 'Plaintext'));
      },
      { docs: `${docs}GenerateRandom.html`, scopes: ['kms:GenerateRandom'] },
    ),
  };
}

function toCiphertext(done: {
  readonly CiphertextBlob?: Uint8Array | undefined;
  readonly KeyId?: string | undefined;
}): Ciphertext {
  return {
    ciphertext: promised(done.CiphertextBlob, 'CiphertextBlob'),
    keyArn: promised(done.KeyId, 'KeyId'),
  };
}

function lengthOf(options: DataKeyOptions | undefined) {
  const { spec, bytes } = options ?? {};
  if (spec !== undefined && bytes !== undefined) refuse('give spec or bytes, not both');
  if (bytes === undefined) return { KeySpec: spec ?? ('AES_256' as const) };
  checkLength(bytes);
  return { NumberOfBytes: bytes };
}

function checkLength(bytes: number): void {
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > 1_024)
    refuse('bytes must be a whole number from 1 to 1024');
}
