/** A key with a certificate that it signed itself, written down as RFC 5280 §4.1 has it (DER: X.690). */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { Secret } from '@im/core';
import type { ServiceKey } from '../options.ts';

/** One element: its type, its length, its content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.byteLength;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts);
const time = (at: number) =>
  der(0x18, Buffer.from(`${new Date(at).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`));

/** sha256WithRSAEncryption and its parameters, which are none. */
const algorithm = sequence(der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05));
const commonName = der(0x06, Buffer.from('550403', 'hex'));

/** What a key is made with. */
export interface KeyOptions {
  /** Default: ten years from now. */
  readonly notAfter?: number | undefined;
  /** Default 2048. */
  readonly bits?: number | undefined;
}

/** Makes an RSA key and its certificate. It takes some tenths of a second: keep it. */
export function makeKey(name: string, { notAfter, bits = 2_048 }: KeyOptions = {}): ServiceKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const until = notAfter ?? Date.now() + 3_650 * 86_400_000;
  const issuer = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(name)))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    issuer,
    sequence(time(until - 3_650 * 86_400_000), time(until)),
    issuer,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const lines =
    sequence(body, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    privateKey: new Secret(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()),
  };
}
