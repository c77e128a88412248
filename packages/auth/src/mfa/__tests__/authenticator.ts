/** An authenticator in software, and the browser around it: ES256, attestation "none" (WebAuthn §6.1, §6.5, §8.7). */
import { createHash, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';

/** How it behaves. */
export interface AuthenticatorOptions {
  /** Of the page that asks. */
  readonly origin: string;
  readonly rpId: string;
  /** Whether the user shows a PIN, finger or face. Default true. */
  readonly verifiesUser?: boolean;
  /** Whether the key is kept in an account. Default false. */
  readonly isSynced?: boolean;
  /** Whether its counter grows. Default true. */
  readonly counts?: boolean;
}

/** Has one key. */
export interface SoftwareAuthenticator {
  create(challenge: string): RegistrationResponseJSON;
  get(challenge: string): AuthenticationResponseJSON;
}

/** Makes one. `options` can be another one's with the same key: a copy. */
export function createAuthenticator(options: AuthenticatorOptions): SoftwareAuthenticator {
  const { origin, rpId, verifiesUser = true, isSynced = false, counts = true } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  let counter = 0;

  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin }));
  const authenticatorData = (extra: Buffer = Buffer.alloc(0)) => {
    if (counts) counter += 1;
    const flags = 0x01 | (verifiesUser ? 0x04 : 0) | (isSynced ? 0x18 : 0) | (extra.length > 0 ? 0x40 : 0);
    const head = Buffer.alloc(5);
    head.writeUInt8(flags);
    head.writeUInt32BE(counter, 1);
    return Buffer.concat([sha256(rpId), head, extra]);
  };
  const common = {
    id: id.toString('base64url'),
    rawId: id.toString('base64url'),
    clientExtensionResults: {},
  };

  return {
    create: (challenge) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(id.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey)]);
      const attestation = cbor(
        new Map<string | number, Cbor>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', authenticatorData(attested)],
        ]),
      );
      return {
        ...common,
        type: 'public-key',
        response: {
          clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'),
          attestationObject: attestation.toString('base64url'),
          transports: ['internal'],
        },
      };
    },
    get: (challenge) => {
      const client = clientData('webauthn.get', challenge);
      const data = authenticatorData();
      const signature = createSign('sha256')
        .update(Buffer.concat([data, sha256(client)]))
        .sign(privateKey);
      return {
        ...common,
        type: 'public-key',
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: signature.toString('base64url'),
        },
      };
    },
  };
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest();

/** RFC 9053 §7.1.1. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return cbor(
    new Map<string | number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  );
}

type Cbor = string | number | Buffer | Map<string | number, Cbor>;

/** As much of RFC 8949 as is needed. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  return Buffer.concat([
    head(5, value.size),
    ...[...value].flatMap(([key, each]) => [cbor(key), cbor(each)]),
  ]);
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 0xff]);
}
