import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import {
  canonicalRequest,
  parseQuery,
  type ReceivedRequest,
  signatureOf,
  verifySignature,
} from './verify-signature.ts';

interface Vector {
  readonly name: string;
  readonly context: {
    readonly credentials: {
      readonly access_key_id: string;
      readonly secret_access_key: string;
      readonly token?: string;
    };
    readonly normalize: boolean;
    readonly region: string;
    readonly service: string;
    readonly sign_body: boolean;
    readonly timestamp: string;
    readonly omit_session_token?: boolean;
  };
  readonly [part: `${'header' | 'query'}-${string}`]: string;
}

/** An HTTP message as the vectors write it; a path there may hold spaces and characters that nobody would send. */
function parseMessage(text: string): ReceivedRequest {
  const [head = '', ...body] = text.split('\n\n');
  const [first = '', ...lines] = head.split('\n').filter((line) => line !== '');
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(first) ?? [];
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    const name = line.slice(0, at).toLowerCase();
    const value = line.slice(at + 1);
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return { method, target, headers, body: Buffer.from(body.join('\n\n')) };
}

describeVectors('signature version 4, from the receiver’s side', 'cloud-signing', (folder) => {
  const vectors = JSON.parse(readFileSync(join(folder, 'aws-sigv4.json'), 'utf8')) as readonly Vector[];

  for (const vector of vectors) {
    const { credentials, region, service, timestamp, normalize, sign_body } = vector.context;
    const rules = {
      service,
      region,
      now: Date.parse(timestamp),
      rawPath: !normalize,
      credentialsOf: (id: string) =>
        id === credentials.access_key_id
          ? { secretAccessKey: credentials.secret_access_key, sessionToken: credentials.token }
          : undefined,
    };
    const day = timestamp.slice(0, 10).replaceAll('-', '');
    const time = `${timestamp.replace(/[-:]/g, '')}`;

    for (const how of ['header', 'query'] as const) {
      it(`${vector.name}: the canonical request and the signature in the ${how} are the published ones`, () => {
        const request = parseMessage(vector[`${how}-signed-request`] ?? '');
        const lines = (vector[`${how}-canonical-request`] ?? '').split('\n');
        const statement = {
          signedHeaders: (lines.at(-2) ?? '').split(';'),
          payloadHash: lines.at(-1) ?? '',
        };
        const canonical = canonicalRequest(request, parseQuery(request.target), statement, !normalize);
        expect(canonical).toBe(vector[`${how}-canonical-request`]);
        expect(signatureOf(canonical, { day, time, region, service }, credentials.secret_access_key)).toBe(
          vector[`${how}-signature`],
        );
      });
    }

    it(`${vector.name}: the published request is taken, and with another secret it is not`, () => {
      const request = parseMessage(vector['header-signed-request'] ?? '');
      const wrong = {
        ...rules,
        credentialsOf: () => ({ ...rules.credentialsOf(credentials.access_key_id), secretAccessKey: 'x' }),
      };
      expect(verifySignature(request, rules)).toEqual({
        ok: true,
        accessKeyId: credentials.access_key_id,
        presigned: false,
      });
      expect(verifySignature(request, wrong)).toMatchObject({ ok: false, reason: 'wrong-signature' });
      if (sign_body)
        expect(verifySignature({ ...request, body: Buffer.from('x') }, rules)).toMatchObject({
          ok: false,
        });
    });
  }
});

describe('a request that is not as it should be', () => {
  const now = Date.UTC(2030, 0, 1);
  const rules = {
    service: 's3',
    region: 'eu-west-1',
    now,
    credentialsOf: (id: string) => (id === 'AKID' ? { secretAccessKey: 'secret' } : undefined),
  };
  const time = '20300101T000000Z';
  const payloadHash = 'UNSIGNED-PAYLOAD';

  function signed(changes: { id?: string; region?: string; time?: string; signedHeaders?: string[] } = {}) {
    const at = changes.time ?? time;
    const region = changes.region ?? 'eu-west-1';
    const signedHeaders = changes.signedHeaders ?? ['host', 'x-amz-content-sha256', 'x-amz-date'];
    const headers = { host: 'b.test', 'x-amz-content-sha256': payloadHash, 'x-amz-date': at };
    const request = { method: 'GET', target: '/k', headers, body: new Uint8Array() };
    const canonical = canonicalRequest(request, [], { signedHeaders, payloadHash }, true);
    const day = at.slice(0, 8);
    const signature = signatureOf(canonical, { day, time: at, region, service: 's3' }, 'secret');
    const authorization = `AWS4-HMAC-SHA256 Credential=${changes.id ?? 'AKID'}/${day}/${region}/s3/aws4_request, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
    return { ...request, headers: { ...headers, authorization } };
  }

  it.each([
    ['unknown-key', signed({ id: 'OTHER' })],
    ['wrong-scope', signed({ region: 'us-east-1' })],
    ['skewed', signed({ time: '20291231T234459Z' })],
    ['skewed', signed({ time: '20300101T001501Z' })],
    ['unsigned-headers', signed({ signedHeaders: ['host', 'x-amz-date'] })],
    ['missing', { ...signed(), headers: { host: 'b.test' } }],
    ['malformed', { ...signed(), headers: { host: 'b.test', authorization: 'AWS4-HMAC-SHA256 nonsense' } }],
    ['wrong-signature', { ...signed(), target: '/other' }],
  ])('is refused as %s', (reason, request) => {
    expect(verifySignature(request, rules)).toEqual({ ok: false, reason, presigned: false });
  });

  it('is taken when nothing is wrong, up to 15 minutes off', () => {
    for (const at of [time, '20291231T234501Z', '20300101T001459Z'])
      expect(verifySignature(signed({ time: at }), rules)).toMatchObject({ ok: true });
  });

  it('temporary credentials need their token, until they expire', () => {
    const temporary = (token: string, expiresAt: number) => ({
      ...rules,
      credentialsOf: () => ({ secretAccessKey: 'secret', sessionToken: token, expiresAt }),
    });
    expect(verifySignature(signed(), temporary('t', now + 1))).toMatchObject({ reason: 'unknown-token' });
  });
});
