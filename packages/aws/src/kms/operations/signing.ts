/** Signatures and message authentication codes. A signature that is not valid is an answer, `false`, and no error. */
import { createHash } from 'node:crypto';
import { type Call, idempotent, read, VendorError } from '@im/core';
import { promised, refuse } from '../../common/service.ts';
import type { Service } from '../client.ts';
import { mostBytes, toBytes, toLimitedBytes } from '../map.ts';
import type { MacOptions, Plain, PublicKey, SignOptions } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/kms/latest/APIReference/API_';

/** Operations on messages; `key` is an id, an ARN or an alias. */
export function signingOperations(service: Service) {
  return {
    /** Signs a message of any length: its hash is made here where it is longer than KMS takes. */
    sign: idempotent(
      async (key: string, message: Plain, options: SignOptions, call: Call): Promise<Uint8Array> => {
        const input = { KeyId: key, SigningAlgorithm: options.algorithm, ...messageOf(message, options) };
        const done = await service.send((kms) => new kms.SignCommand(input), call);
        return promised(done.Signature, 'Signature');
      },
      { docs: `${docs}Sign.html`, scopes: ['kms:Sign'] },
    ),

    /** Whether a signature is that of the message. */
    verify: read(
      (key: string, message: Plain, signature: Uint8Array, options: SignOptions, call: Call) => {
        const input = {
          KeyId: key,
          Signature: signature,
          SigningAlgorithm: options.algorithm,
          ...messageOf(message, options),
        };
        return validity('KMSInvalidSignatureException', async () => {
          const done = await service.send((kms) => new kms.VerifyCommand(input), call);
          return promised(done.SignatureValid, 'SignatureValid');
        });
      },
      { docs: `${docs}Verify.html`, scopes: ['kms:Verify'] },
    ),

    /** The code that authenticates a message of up to 4 KiB; always the same for the same message. */
    generateMac: read(
      async (key: string, message: Plain, options: MacOptions, call: Call): Promise<Uint8Array> => {
        const input = { KeyId: key, Message: toLimitedBytes(message), MacAlgorithm: options.algorithm };
        const done = await service.send((kms) => new kms.GenerateMacCommand(input), call);
        return promised(done.Mac, 'Mac');
      },
      { docs: `${docs}GenerateMac.html`, scopes: ['kms:GenerateMac'] },
    ),

    /** Whether a code is that of the message. */
    verifyMac: read(
      (key: string, message: Plain, mac: Uint8Array, options: MacOptions, call: Call) => {
        const input = {
          KeyId: key,
          Message: toLimitedBytes(message),
          Mac: mac,
          MacAlgorithm: options.algorithm,
        };
        return validity('KMSInvalidMacException', async () => {
          const done = await service.send((kms) => new kms.VerifyMacCommand(input), call);
          return promised(done.MacValid, 'MacValid');
        });
      },
      { docs: `${docs}VerifyMac.html`, scopes: ['kms:VerifyMac'] },
    ),

    /** The public half of an asymmetric key, to verify or encrypt without asking KMS. */
    getPublicKey: read(
      async (key: string, call: Call): Promise<PublicKey> => {
        const found = await service.send((kms) => new kms.GetPublicKeyCommand({ KeyId: key }), call);
        return {
          spki: promised(found.PublicKey, 'PublicKey'),
          keyArn: promised(found.KeyId, 'KeyId'),
          spec: found.KeySpec,
          usage: found.KeyUsage,
        };
      },
      { docs: `${docs}GetPublicKey.html`, scopes: ['kms:GetPublicKey'] },
    ),
  };
}

/** A message, or its hash where it is one already or is too long. */
function messageOf(message: Plain, { algorithm, isDigest = false }: SignOptions) {
  const bytes = toBytes(message);
  if (bytes.byteLength === 0) refuse('there is nothing to sign: give at least one byte');
  const bits = /_SHA_(256|384|512)$/.exec(algorithm)?.[1];
  if (isDigest) {
    if (bits !== undefined && bytes.byteLength !== Number(bits) / 8)
      refuse(`a hash for ${algorithm} has ${Number(bits) / 8} bytes; this one has ${bytes.byteLength}`);
    return { Message: bytes, MessageType: 'DIGEST' as const };
  }
  if (bytes.byteLength <= mostBytes) return { Message: bytes, MessageType: 'RAW' as const };
  if (bits === undefined) refuse(`${algorithm} takes ${mostBytes} bytes at most, or a hash (isDigest)`);
  return { Message: createHash(`sha${bits}`).update(bytes).digest(), MessageType: 'DIGEST' as const };
}

/** KMS answers an invalid signature with an error. */
async function validity(invalid: string, ask: () => Promise<boolean>): Promise<boolean> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof VendorError && error.failure.reason === invalid) return false;
    throw error;
  }
}
