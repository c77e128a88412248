/** Google's side of pushed messages: keys, tokens, bodies. The fake pushes nothing by itself. */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import type { FakeResponse } from '@im/testing';
import { timeOf } from '../../common/fake/service.ts';

/** A token to make; every claim can be a wrong one. */
export interface FakePushToken {
  readonly audience: string;
  readonly serviceAccountEmail: string;
  /** More claims, or others in their place. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** Which of Google's keys signs it; `unknown` is none that is published. Default 0. */
  readonly key?: 0 | 1 | 'unknown' | undefined;
}

/** Keys of RSA take a while to make: those of a process share them. */
const keys = new Map<string, KeyObject>();

function keyOf(name: string): KeyObject {
  const known = keys.get(name) ?? generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
  keys.set(name, known);
  return known;
}

const kidOf = (name: string) => createHash('sha256').update(`key ${name}`).digest('hex').slice(0, 40);

/** The published keys. @param published names of those that are there now */
export function certsAnswer(published: readonly string[]): FakeResponse {
  const jwks = published.map((name) => ({
    ...createPublicKey(createPrivateKey(keyOf(name).export({ type: 'pkcs8', format: 'pem' }))).export({
      format: 'jwk',
    }),
    kid: kidOf(name),
    alg: 'RS256',
    use: 'sig',
  }));
  return { json: { keys: jwks }, headers: { 'cache-control': 'public, max-age=20000, must-revalidate' } };
}

/** A token as Google signs it, for an hour from `now`. */
export function pushToken(
  { audience, serviceAccountEmail, claims, key = 0 }: FakePushToken,
  now: number,
): string {
  const seconds = Math.floor(now / 1_000);
  const name = String(key);
  const payload = {
    iss: 'https://accounts.google.com',
    sub: createHash('sha256').update(serviceAccountEmail).digest().readUInt32BE().toString(),
    aud: audience,
    email: serviceAccountEmail,
    email_verified: true,
    iat: seconds,
    exp: seconds + 3_600,
    ...claims,
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', kid: kidOf(name), typ: 'JWT' })}.${part(payload)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), keyOf(name)).toString('base64url')}`;
}

/** The body of a pushed message. */
export function pushBody(
  subscription: string,
  message: { readonly data?: string; readonly attributes?: Readonly<Record<string, string>> },
  now: number,
): Uint8Array {
  const messageId = '2070443601311540';
  const publishTime = timeOf(now);
  const data = message.data === undefined ? undefined : Buffer.from(message.data).toString('base64');
  // The vendor gives some names in both spellings.
  const wrapped = {
    ...message,
    data,
    messageId,
    message_id: messageId,
    publishTime,
    publish_time: publishTime,
  };
  return Buffer.from(JSON.stringify({ message: wrapped, subscription }));
}
