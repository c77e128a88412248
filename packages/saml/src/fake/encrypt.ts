/** Encrypts an element as a provider does (XML Encryption 1.1), good and bad ways alike. */
import { constants, createCipheriv, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { ns } from '../xml/names.ts';
import { xml } from '../xml/write.ts';

const contents = {
  'aes256-gcm': { uri: 'http://www.w3.org/2009/xmlenc11#aes256-gcm', bytes: 32 },
  'aes128-gcm': { uri: 'http://www.w3.org/2009/xmlenc11#aes128-gcm', bytes: 16 },
  'aes256-cbc': { uri: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc', bytes: 32 },
  'aes128-cbc': { uri: 'http://www.w3.org/2001/04/xmlenc#aes128-cbc', bytes: 16 },
} as const;

const transports = {
  oaep: { uri: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p', padding: constants.RSA_PKCS1_OAEP_PADDING },
  'rsa-1_5': { uri: 'http://www.w3.org/2001/04/xmlenc#rsa-1_5', padding: constants.RSA_PKCS1_PADDING },
} as const;

/** How something is encrypted. */
export interface EncryptionScript {
  /** Certificate of whom it is for, PEM. */
  readonly certificate: string;
  /** Default `aes256-gcm`. */
  readonly content?: keyof typeof contents | undefined;
  /** Default `oaep`. */
  readonly key?: keyof typeof transports | undefined;
}

/** The element in an `EncryptedAssertion` or `EncryptedID`. */
export function encryptElement(
  text: string,
  wrapper: 'saml:EncryptedAssertion' | 'saml:EncryptedID',
  { certificate, content = 'aes256-gcm', key = 'oaep' }: EncryptionScript,
): string {
  const { uri, bytes } = contents[content];
  const secret = randomBytes(bytes);
  const transport = transports[key];
  const { publicKey } = new X509Certificate(certificate);
  const wrapped = publicEncrypt({ key: publicKey, padding: transport.padding }, secret);
  const value = (data: Buffer) =>
    xml('xenc:CipherData', {}, xml('xenc:CipherValue', {}, data.toString('base64')));
  const encryptedKey = xml(
    'xenc:EncryptedKey',
    {},
    xml('xenc:EncryptionMethod', { Algorithm: transport.uri }),
    value(wrapped),
  );
  return xml(
    wrapper,
    { 'xmlns:saml': ns.assertion },
    xml(
      'xenc:EncryptedData',
      { 'xmlns:xenc': ns.encryption, Type: `${ns.encryption}Element` },
      xml('xenc:EncryptionMethod', { Algorithm: uri }),
      xml('ds:KeyInfo', { 'xmlns:ds': ns.signature }, encryptedKey),
      value(encrypt(Buffer.from(text, 'utf8'), secret, content)),
    ),
  ).toString();
}

function encrypt(plain: Buffer, secret: Buffer, content: keyof typeof contents): Buffer {
  if (content.endsWith('gcm')) {
    const iv = randomBytes(12);
    const name = content === 'aes256-gcm' ? 'aes-256-gcm' : 'aes-128-gcm';
    const cipher = createCipheriv(name, secret, iv);
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }
  const iv = randomBytes(16);
  const cipher = createCipheriv(content === 'aes256-cbc' ? 'aes-256-cbc' : 'aes-128-cbc', secret, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final()]);
}
