/** Which algorithms are good enough. SHA-1 is not, unless somebody says so for one identity provider. */

/** Signatures over a digest: by our name, RFC 9231 and RFC 6931. */
export const signatureAlgorithms = {
  'rsa-sha256': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  'rsa-sha512': 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
} as const;

/** An algorithm that we sign with. */
export type SignatureAlgorithm = keyof typeof signatureAlgorithms;

interface Strength {
  /** Needs `allowSha1`. */
  readonly isSha1: boolean;
  /** For signatures in a redirect: the name in `node:crypto`. */
  readonly hash: string;
}

const strong = (hash: string): Strength => ({ isSha1: false, hash });

/** Signature methods that are taken. ECDSA and DSA are not: the library does not check them. */
export const acceptedSignatures: Readonly<Record<string, Strength>> = {
  [signatureAlgorithms['rsa-sha256']]: strong('RSA-SHA256'),
  [signatureAlgorithms['rsa-sha512']]: strong('RSA-SHA512'),
  'http://www.w3.org/2000/09/xmldsig#rsa-sha1': { isSha1: true, hash: 'RSA-SHA1' },
};

/** Digests of what is signed. */
export const acceptedDigests: Readonly<Record<string, Strength>> = {
  'http://www.w3.org/2001/04/xmlenc#sha256': strong('sha256'),
  'http://www.w3.org/2001/04/xmlenc#sha512': strong('sha512'),
  'http://www.w3.org/2000/09/xmldsig#sha1': { isSha1: true, hash: 'sha1' },
};

/** Without comments: two documents that differ in comments alone would be the same otherwise, and ours have none. */
export const canonicalization = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** A signature covers the element it stands in, but itself. */
export const envelopedSignature = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';

/** How content is encrypted. */
interface ContentEncryption {
  /** Whether a change is noticed by itself. Where not, what is encrypted must stand under a signature that was checked before. */
  readonly isAuthenticated: boolean;
}

export const acceptedContent: Readonly<Record<string, ContentEncryption>> = {
  'http://www.w3.org/2009/xmlenc11#aes128-gcm': { isAuthenticated: true },
  'http://www.w3.org/2009/xmlenc11#aes256-gcm': { isAuthenticated: true },
  'http://www.w3.org/2001/04/xmlenc#aes128-cbc': { isAuthenticated: false },
  'http://www.w3.org/2001/04/xmlenc#aes256-cbc': { isAuthenticated: false },
};

/** How the content's key is. RSA 1.5 tells too much by its failures. */
export const acceptedKeyTransport: ReadonlySet<string> = new Set([
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
]);
