/**
 * The fake's own certificate authority, and webhooks signed by it. Its keys are made once a process, when they are first asked for: a root and an
 * authority below it, and below that the certificate that signs, as at PayPal.
 */
import { generateKeyPairSync, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { signatureAlgorithm, signedText } from '../webhook/verify.ts';
import { instant } from './requests.ts';
import { issueCertificate } from './x509.ts';

/** Fakes live in many times: their certificates are valid through all of them. */
const validity = { notBefore: Date.UTC(2020, 0, 1), notAfter: Date.UTC(2080, 0, 1) };

/** Whom PayPal's certificates are issued to, in live and in the sandbox; the fake's is good for both. */
const names = {
  live: 'messageverificationcerts.paypal.com',
  sandbox: 'messageverificationcerts.sandbox.paypal.com',
} as const;

/** The host that PayPal names; a client with a base URL of its own asks there instead. */
const certificateOrigin = 'https://api.paypal.com';
/** Path of the certificate that signs. */
export const certificatePath = '/v1/notifications/certs/CERT-360caa42-fca2a594-90621ecd';

interface Authority {
  readonly root: X509Certificate;
  readonly rootKey: KeyObject;
  readonly middle: X509Certificate;
  readonly middleKey: KeyObject;
  readonly leafKey: KeyObject;
}

let authority: Authority | undefined;

function open(): Authority {
  if (authority !== undefined) return authority;
  const { privateKey: rootKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { privateKey: middleKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { privateKey: leafKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const issuer = 'Fake Root CA';
  const root = issueCertificate({
    subject: issuer,
    issuer,
    key: rootKey,
    signer: rootKey,
    serial: 1,
    isAuthority: true,
    ...validity,
  });
  const middle = issueCertificate({
    subject: 'Fake Issuing CA',
    issuer,
    key: middleKey,
    signer: rootKey,
    serial: 2,
    isAuthority: true,
    ...validity,
  });
  authority = { root, rootKey, middle, middleKey, leafKey };
  return authority;
}

/** The root, as PEM: what a client of the fake trusts. */
export const rootPem = (): string => open().root.toString();

/** What a signing certificate may be otherwise, for tests of what is refused. */
export interface LeafOptions {
  readonly name?: string | undefined;
  readonly notBefore?: number | undefined;
  readonly notAfter?: number | undefined;
  /** Signs itself, as anybody can. */
  readonly selfSigned?: boolean | undefined;
  /** Key of its own. Default: the one that signs webhooks. */
  readonly key?: KeyObject | undefined;
  /** Issued by a certificate that is no authority. */
  readonly issuedByLeaf?: boolean | undefined;
  /** Leaves the issuing authority out of what is served. */
  readonly alone?: boolean | undefined;
}

/** A signing certificate with its chain, as PEM. */
export function leafPem(options: LeafOptions = {}, environment: keyof typeof names = 'live'): string {
  const { middle, middleKey, leafKey } = open();
  const { name = names[environment], notBefore, notAfter, selfSigned = false, key = leafKey } = options;
  const fields = {
    subject: name,
    key,
    serial: 3,
    isAuthority: false,
    notBefore: notBefore ?? validity.notBefore,
    notAfter: notAfter ?? validity.notAfter,
  };
  if (selfSigned) return issueCertificate({ ...fields, issuer: name, signer: key }).toString();
  if (options.issuedByLeaf === true) {
    const between = {
      ...fields,
      subject: 'Fake Leaf',
      issuer: 'Fake Issuing CA',
      signer: middleKey,
      key: middleKey,
    };
    const parent = issueCertificate(between);
    const leaf = issueCertificate({ ...fields, issuer: 'Fake Leaf', signer: middleKey });
    return [leaf, parent, middle].map(String).join('');
  }
  const leaf = issueCertificate({ ...fields, issuer: 'Fake Issuing CA', signer: middleKey });
  return options.alone === true ? leaf.toString() : `${leaf}${middle}`;
}

/** A delivery: the exact bytes, and the headers that sign them. */
export interface SignedDelivery {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs a delivery as PayPal does. */
export function signDelivery(
  delivery: { readonly body: string; readonly webhookId: string; readonly transmissionId: string },
  nowMs: number,
  key: KeyObject = open().leafKey,
): SignedDelivery {
  const body = new TextEncoder().encode(delivery.body);
  const time = instant(nowMs);
  const signed = signedText(delivery.transmissionId, time, delivery.webhookId, body);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'paypal-transmission-id': delivery.transmissionId,
      'paypal-transmission-time': time,
      'paypal-transmission-sig': sign('sha256', Buffer.from(signed), key).toString('base64'),
      'paypal-cert-url': `${certificateOrigin}${certificatePath}`,
      'paypal-auth-algo': signatureAlgorithm,
    },
  };
}

/** Whether the fake signed what a postback asks about. */
export function isSigned(facts: Readonly<Record<string, unknown>>, event: string): boolean {
  const text = (field: string) => String(facts[field]);
  const signed = signedText(
    text('transmission_id'),
    text('transmission_time'),
    text('webhook_id'),
    new TextEncoder().encode(event),
  );
  const given = Buffer.from(text('transmission_sig'), 'base64');
  const { publicKey } = new X509Certificate(leafPem());
  return verify('sha256', Buffer.from(signed), publicKey, given);
}
