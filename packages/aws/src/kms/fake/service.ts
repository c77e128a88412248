/** The operations of the fake: https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html */
import { randomBytes } from 'node:crypto';
import type { Clock } from '@im/core';
import { type JsonInput, optionalNumber, optionalText, text, textMap } from '../../common/fake/input.ts';
import type { FakeCall, JsonService } from '../../common/fake/service.ts';
import {
  contextBytes,
  type Material,
  type Message,
  macOf,
  oaep,
  publicKeyOf,
  sameBytes,
  seal,
  signMessage,
  unseal,
  verifyMessage,
} from './crypto.ts';
import { kmsFault } from './faults.ts';
import { keyOperations } from './key-operations.ts';
import type { FakeKey, KmsState } from './state.ts';

/** The service over its state. */
export function kmsFakeService(state: KmsState, clock: Clock): JsonService {
  const keyFor = (input: JsonInput, { principal }: FakeCall, usage: string, name = 'KeyId') =>
    state.findUsable(principal.account, text(input, name), usage);
  const anyKey = (input: JsonInput, { principal }: FakeCall) =>
    state.find(principal.account, text(input, 'KeyId'));

  const encrypted = (
    key: FakeKey,
    plaintext: Uint8Array,
    context: Readonly<Record<string, string>>,
    algorithm: string,
  ) => {
    const material = key.material();
    if (material.kind === 'pair') return oaep('encrypt', material.privateKey, plaintext, algorithm);
    // The id of the key stands in front, so that a symmetric ciphertext names its own key.
    return Buffer.concat([Buffer.from(key.id), seal(material.bytes, plaintext, contextBytes(context))]);
  };
  const decrypted = (
    input: JsonInput,
    call: FakeCall,
    names: { readonly key: string; readonly context: string },
  ) => {
    const blob = bytes(input, 'CiphertextBlob');
    const given = optionalText(input, names.key);
    const algorithm = optionalText(input, 'EncryptionAlgorithm') ?? 'SYMMETRIC_DEFAULT';
    const named = given === undefined ? undefined : keyFor(input, call, 'ENCRYPT_DECRYPT', names.key);
    const material = named?.material();
    if (named !== undefined && material?.kind === 'pair')
      return { key: named, plaintext: oaep('decrypt', material.privateKey, blob, algorithm) };
    const id = Buffer.from(blob.subarray(0, 36)).toString();
    const key = state.keys(call.principal.account).find((one) => one.id === id);
    if (key === undefined) throw kmsFault('InvalidCiphertextException', '');
    if (named !== undefined && named !== key)
      throw kmsFault(
        'IncorrectKeyException',
        'The key ID in the request does not identify a CMK that can perform this operation.',
      );
    const usable = state.findUsable(call.principal.account, key.id, 'ENCRYPT_DECRYPT');
    const own = symmetric(usable.material());
    return {
      key: usable,
      plaintext: unseal(own, blob.subarray(36), contextBytes(textMap(input, names.context))),
    };
  };
  const dataKey = (input: JsonInput, call: FakeCall) => {
    const key = keyFor(input, call, 'ENCRYPT_DECRYPT');
    const length = optionalNumber(input, 'NumberOfBytes') ?? (input.KeySpec === 'AES_128' ? 16 : 32);
    const plaintext = randomBytes(length);
    const blob = encrypted(key, plaintext, textMap(input, 'EncryptionContext'), 'SYMMETRIC_DEFAULT');
    return { KeyId: key.arn, CiphertextBlob: base64(blob), Plaintext: base64(plaintext) };
  };

  return {
    service: 'kms',
    kind: 'json',
    version: '1.1',
    namespace: 'com.amazonaws.kms',
    target: 'TrentService',
    operations: {
      Encrypt(input, call) {
        const key = keyFor(input, call, 'ENCRYPT_DECRYPT');
        const EncryptionAlgorithm = optionalText(input, 'EncryptionAlgorithm') ?? 'SYMMETRIC_DEFAULT';
        const blob = encrypted(
          key,
          bytes(input, 'Plaintext'),
          textMap(input, 'EncryptionContext'),
          EncryptionAlgorithm,
        );
        return { KeyId: key.arn, CiphertextBlob: base64(blob), EncryptionAlgorithm };
      },
      Decrypt(input, call) {
        const { key, plaintext } = decrypted(input, call, { key: 'KeyId', context: 'EncryptionContext' });
        const EncryptionAlgorithm = optionalText(input, 'EncryptionAlgorithm') ?? 'SYMMETRIC_DEFAULT';
        return { KeyId: key.arn, Plaintext: base64(plaintext), EncryptionAlgorithm };
      },
      ReEncrypt(input, call) {
        const from = decrypted(input, call, { key: 'SourceKeyId', context: 'SourceEncryptionContext' });
        const to = keyFor(input, call, 'ENCRYPT_DECRYPT', 'DestinationKeyId');
        const blob = encrypted(
          to,
          from.plaintext,
          textMap(input, 'DestinationEncryptionContext'),
          'SYMMETRIC_DEFAULT',
        );
        return { KeyId: to.arn, SourceKeyId: from.key.arn, CiphertextBlob: base64(blob) };
      },
      GenerateDataKey: dataKey,
      GenerateDataKeyWithoutPlaintext(input, call) {
        const { KeyId, CiphertextBlob } = dataKey(input, call);
        return { KeyId, CiphertextBlob };
      },
      GenerateRandom: (input) => ({
        Plaintext: base64(randomBytes(optionalNumber(input, 'NumberOfBytes') ?? 32)),
      }),
      Sign(input, call) {
        const key = keyFor(input, call, 'SIGN_VERIFY');
        const SigningAlgorithm = text(input, 'SigningAlgorithm');
        const Signature = base64(signMessage(pair(key.material()), messageOf(input), SigningAlgorithm));
        return { KeyId: key.arn, Signature, SigningAlgorithm };
      },
      Verify(input, call) {
        const key = keyFor(input, call, 'SIGN_VERIFY');
        const SigningAlgorithm = text(input, 'SigningAlgorithm');
        if (
          !verifyMessage(pair(key.material()), messageOf(input), bytes(input, 'Signature'), SigningAlgorithm)
        )
          throw kmsFault('KMSInvalidSignatureException', '');
        return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm };
      },
      GenerateMac(input, call) {
        const key = keyFor(input, call, 'GENERATE_VERIFY_MAC');
        const MacAlgorithm = text(input, 'MacAlgorithm');
        return {
          KeyId: key.arn,
          Mac: base64(macOf(symmetric(key.material()), bytes(input, 'Message'), MacAlgorithm)),
          MacAlgorithm,
        };
      },
      VerifyMac(input, call) {
        const key = keyFor(input, call, 'GENERATE_VERIFY_MAC');
        const MacAlgorithm = text(input, 'MacAlgorithm');
        const mac = macOf(symmetric(key.material()), bytes(input, 'Message'), MacAlgorithm);
        if (!sameBytes(mac, bytes(input, 'Mac'))) throw kmsFault('KMSInvalidMacException', '');
        return { KeyId: key.arn, MacValid: true, MacAlgorithm };
      },
      GetPublicKey(input, call) {
        const key = anyKey(input, call);
        const material = key.material();
        if (material.kind !== 'pair')
          throw kmsFault('UnsupportedOperationException', `${key.arn} has no public key.`);
        return {
          KeyId: key.arn,
          PublicKey: base64(publicKeyOf(material.privateKey)),
          KeySpec: key.spec,
          KeyUsage: key.usage,
        };
      },
      ...keyOperations(state, clock),
    },
  };
}

function symmetric(material: Material): Uint8Array {
  if (material.kind !== 'pair') return material.bytes;
  throw kmsFault('InvalidKeyUsageException', 'The key is asymmetric.');
}

function pair(material: Material) {
  if (material.kind === 'pair') return material.privateKey;
  throw kmsFault('InvalidKeyUsageException', 'The key is symmetric.');
}

function messageOf(input: JsonInput): Message {
  return { bytes: bytes(input, 'Message'), isDigest: input.MessageType === 'DIGEST' };
}

function bytes(input: JsonInput, name: string): Uint8Array {
  return Buffer.from(text(input, name), 'base64');
}

function base64(data: Uint8Array): string {
  return Buffer.from(data).toString('base64');
}
