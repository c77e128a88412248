/** Certificates: wrappers around keys. Who they are is settled by the metadata they stand in, not by who issued them (SAML Metadata §2.4.1.1). */
import { X509Certificate } from 'node:crypto';

/** A certificate that can be used. */
export interface UsableCertificate {
  readonly pem: string;
  /** Milliseconds since 1970. Told, not enforced: the key is trusted until it is taken out of the metadata. */
  readonly notAfter: number;
  /** SHA-256 of it, in hexadecimal, to tell certificates apart in a log. */
  readonly fingerprint: string;
}

/** Shorter RSA keys can be broken. */
const leastBits = 2_048;

/**
 * Reads a certificate: PEM, or the bare base64 of metadata.
 *
 * @returns what is wrong with it, in words, when it cannot be used
 */
export function readCertificate(text: string): UsableCertificate | string {
  const base64 = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '');
  if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return 'is no certificate';
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    return 'is no certificate';
  }
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  if (type !== 'rsa') return `has a key of type ${type}; only RSA is taken`;
  if ((details?.modulusLength ?? 0) < leastBits) return `has an RSA key of less than ${leastBits} bits`;
  const lines = base64.match(/.{1,64}/g) ?? [];
  return {
    pem: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    notAfter: Date.parse(certificate.validTo),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
  };
}

/** The base64 of a PEM, as it stands in XML. */
export function bareCertificate(pem: string): string {
  return pem.replace(/-----[A-Z ]+-----|\s+/g, '');
}
