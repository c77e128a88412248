/**
 * Just enough of X.509 to be a certificate authority in tests, since Node reads certificates and cannot write them. DER is `tag length content`; a
 * certificate is what is to be signed, the algorithm, and the signature: https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
import { createPublicKey, type KeyObject, sign, X509Certificate } from 'node:crypto';

const tags = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  null: 0x05,
  object: 0x06,
  text: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const;

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  const head = content.length < 128 ? [content.length] : [0x80 | length.length, ...length];
  return Buffer.concat([Uint8Array.of(tag, ...head), content]);
}

const sequence = (...parts: readonly Uint8Array[]) => der(tags.sequence, ...parts);
const text = (value: string) => Buffer.from(value, 'utf8');

/** `1.2.840.113549` */
function objectId(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const number of rest) {
    const groups = [number & 0x7f];
    for (let left = number >>> 7; left > 0; left >>>= 7) groups.unshift(0x80 | (left & 0x7f));
    bytes.push(...groups);
  }
  return der(tags.object, Uint8Array.from(bytes));
}

const name = (commonName: string) =>
  sequence(der(tags.set, sequence(objectId('2.5.4.3'), der(tags.text, text(commonName)))));

/** UTCTime until 2049, GeneralizedTime from then on. */
function time(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  return new Date(ms).getUTCFullYear() < 2050
    ? der(tags.utcTime, text(digits.slice(2)))
    : der(tags.generalizedTime, text(digits));
}

const extension = (id: string, isCritical: boolean, value: Uint8Array) =>
  sequence(objectId(id), ...(isCritical ? [der(0x01, Uint8Array.of(0xff))] : []), der(tags.octets, value));

/** What a certificate says. */
export interface CertificateFields {
  readonly subject: string;
  readonly issuer: string;
  /** The subject's key; its public half is written. */
  readonly key: KeyObject;
  /** The issuer's private key. */
  readonly signer: KeyObject;
  readonly serial: number;
  readonly notBefore: number;
  readonly notAfter: number;
  /** Whether it may issue certificates. */
  readonly isAuthority: boolean;
}

/** Issues a certificate. */
export function issueCertificate(fields: CertificateFields): X509Certificate {
  const { subject, issuer, key, signer, serial, notBefore, notAfter, isAuthority } = fields;
  const algorithm =
    signer.asymmetricKeyType === 'rsa'
      ? sequence(objectId('1.2.840.113549.1.1.11'), der(tags.null))
      : sequence(objectId('1.2.840.10045.4.3.2'));
  const constraints = extension(
    '2.5.29.19',
    true,
    isAuthority ? sequence(der(0x01, Uint8Array.of(0xff))) : sequence(),
  );
  const alternative = extension('2.5.29.17', false, sequence(der(0x82, text(subject))));
  const toBeSigned = sequence(
    der(0xa0, der(tags.integer, Uint8Array.of(2))),
    der(tags.integer, Uint8Array.of(0x10, (serial >>> 8) & 0xff, serial & 0xff)),
    algorithm,
    name(issuer),
    sequence(time(notBefore), time(notAfter)),
    name(subject),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(constraints, ...(isAuthority ? [] : [alternative]))),
  );
  const signature = sign('sha256', toBeSigned, signer);
  return new X509Certificate(
    Buffer.from(sequence(toBeSigned, algorithm, der(tags.bits, Uint8Array.of(0), signature))),
  );
}
