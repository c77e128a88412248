/**
 * The certificate that signs webhooks. Anybody can send a delivery that names a certificate of his own, so the certificate itself has to be proven
 * before its key proves anything. It is good when
 *
 * 1. its address is on one of PayPal's own certificate hosts, by https, below the one path where certificates are, without user name, query or
 *    fragment;
 * 2. what is served there is small, and is one certificate or more, as PEM, the one that signs first;
 * 3. it was issued to PayPal's name for this purpose, in this environment, and is valid now, with an RSA key of 2048 bits or more;
 * 4. a chain leads from it to a root that is trusted: each certificate was issued and signed by the next one, which is a certificate authority and
 *    valid now. A certificate that was pinned ends the chain, root or not.
 *
 * @see {@link https://developer.paypal.com/api/rest/webhooks/rest/ | PayPal: Integrate webhooks}
 */
import { X509Certificate } from 'node:crypto';
import { VendorError } from '@im/core';

/** What certificates are held to. */
export interface CertificateRules {
  /** Origins that may be asked for certificates. */
  readonly origins: readonly string[];
  /** Whom they must be issued to. */
  readonly name: string;
  /** Certificates that are trusted, as PEM. Absent: the roots that Node trusts. */
  readonly roots: readonly string[] | undefined;
}

const certificatePath = /^\/v1\/notifications\/certs\/[\w-]{1,200}$/;
const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const longestChain = 5;
const smallestModulus = 2_048;

/** Condition 1. @throws VendorError `unauthenticated` */
export function checkCertificateUrl(text: string, { origins }: CertificateRules): URL {
  const url = URL.parse(text);
  const isPlain = url !== null && url.username + url.password + url.search + url.hash === '';
  if (!isPlain || !origins.includes(url.origin) || !certificatePath.test(url.pathname))
    throw untrusted('the certificate is not on a host of PayPal');
  return url;
}

/**
 * Conditions 2 to 4.
 *
 * @returns the certificate that signs
 * @throws VendorError `unauthenticated`
 */
export async function checkCertificates(
  pem: string,
  rules: CertificateRules,
  nowMs: number,
): Promise<X509Certificate> {
  const served = parse(pem.match(pemBlock) ?? []);
  const [leaf, ...others] = served;
  if (leaf === undefined || served.length > longestChain)
    throw untrusted('no certificate is at the address that the delivery names');
  if (leaf.checkHost(rules.name, { subject: 'default', wildcards: false }) === undefined)
    throw untrusted(`the certificate was not issued to ${rules.name}`);
  const { asymmetricKeyType, asymmetricKeyDetails } = leaf.publicKey;
  if (asymmetricKeyType !== 'rsa' || (asymmetricKeyDetails?.modulusLength ?? 0) < smallestModulus)
    throw untrusted('the key of the certificate is not of the kind that signs');
  checkValidity(leaf, nowMs);
  const anchors = rules.roots === undefined ? await systemRoots() : parse(rules.roots);
  checkChain(leaf, others, anchors, nowMs);
  return leaf;
}

/** Follows issuers until one is trusted. */
function checkChain(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  nowMs: number,
): void {
  let current = leaf;
  for (let length = 0; length < longestChain; length += 1) {
    if (anchors.some(({ fingerprint256 }) => fingerprint256 === current.fingerprint256)) return;
    const trusted = anchors.find((anchor) => isIssuedBy(current, anchor));
    const issuer = trusted ?? others.find((other) => other !== current && isIssuedBy(current, other));
    if (issuer === undefined) break;
    checkValidity(issuer, nowMs);
    if (trusted !== undefined) return;
    current = issuer;
  }
  throw untrusted('no trusted authority has issued the certificate');
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function checkValidity({ validFromDate, validToDate }: X509Certificate, nowMs: number): void {
  if (nowMs < validFromDate.getTime() || nowMs > validToDate.getTime())
    throw untrusted('the certificate, or one that it rests on, is not valid now');
}

function parse(blocks: readonly string[]): X509Certificate[] {
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch (cause) {
    throw untrusted('the certificate cannot be read', cause);
  }
}

let roots: Promise<readonly X509Certificate[]> | undefined;

/** The roots that this Node trusts; read once, since there are many. */
function systemRoots(): Promise<readonly X509Certificate[]> {
  roots ??= import('node:tls').then(({ rootCertificates }) => parse(rootCertificates));
  return roots;
}

/** The signer is not proven to be PayPal. */
function untrusted(says: string, cause?: unknown): VendorError {
  return new VendorError(
    {
      sent: false,
      code: 'unauthenticated',
      reason: 'untrusted_certificate',
      says: `webhook refused: ${says}`,
    },
    cause === undefined ? undefined : { cause },
  );
}
