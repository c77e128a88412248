import { createHash, createPrivateKey, type JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createIntegration, errorCode } from '@im/core';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { canonicalRequest, keySigner, signUrl, type UrlToSign } from './sign-url.ts';
import { storage } from './storage.ts';
import { sampleTenant, startFake } from './testing.ts';

/** A case of the published set. */
interface Vector {
  readonly description: string;
  readonly bucket: string;
  readonly object?: string;
  readonly method: string;
  readonly expiration: number;
  readonly timestamp: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly queryParameters?: Readonly<Record<string, string>>;
  readonly scheme?: string;
  readonly urlStyle?: string;
  readonly bucketBoundHostname?: string;
  readonly hostname?: string;
  readonly clientEndpoint?: string;
  readonly emulatorHostname?: string;
  readonly universeDomain?: string;
  readonly expectedUrl: string;
  readonly expectedCanonicalRequest: string;
  readonly expectedStringToSign: string;
}

/** Its canonical request has the bucket in the path, what it signs has not. The signature is what a server verifies. */
const contradicts = 'Universe domain with virtual hosted style';

/** Where a case's client would send it: the host that is named most closely. */
function originOf(vector: Vector): string {
  const { scheme = 'https', urlStyle, bucket, universeDomain = 'googleapis.com' } = vector;
  if (vector.bucketBoundHostname) return `${scheme}://${vector.bucketBoundHostname}`;
  if (vector.hostname) return `${scheme}://${vector.hostname}`;
  if (vector.clientEndpoint) return `${scheme}://${vector.clientEndpoint}`;
  if (vector.emulatorHostname) return vector.emulatorHostname;
  return `${scheme}://${urlStyle === 'VIRTUAL_HOSTED_STYLE' ? `${bucket}.` : ''}storage.${universeDomain}`;
}

function toSign(vector: Vector): UrlToSign {
  const { method, bucket, object, headers, queryParameters, expiration, timestamp, urlStyle } = vector;
  return {
    ...{ method, bucket, object, headers },
    origin: originOf(vector),
    style: urlStyle === undefined ? 'path' : 'host',
    query: queryParameters,
    expiresInSeconds: expiration,
    now: Date.parse(timestamp),
  };
}

describeVectors('V4 signed URLs of the published set', 'cloud-signing', (folder) => {
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as unknown;
  const { signingV4Tests: vectors } = read('gcs-v4-signed-url.json') as { signingV4Tests: Vector[] };
  const key = read('gcs-test_service_account.not-a-test.json') as {
    client_email: string;
    private_key_jwk: JsonWebKey;
  };

  const privateKey = createPrivateKey({ key: key.private_key_jwk, format: 'jwk' })
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();

  it('are all there', () => expect(vectors).toHaveLength(15));

  it(`agree with themselves, but for one whose canonical request is not the one that it signs`, () => {
    const digest = (text: string) => createHash('sha256').update(text).digest('hex');
    const wrong = vectors.filter(
      (vector) => !vector.expectedStringToSign.endsWith(digest(vector.expectedCanonicalRequest)),
    );
    expect(wrong.map(({ description }) => description)).toEqual([contradicts]);
  });

  it.each(vectors.map((vector) => [vector.description, vector] as const))(
    '%s: canonical request, string to sign and URL, byte for byte',
    async (_, vector) => {
      const wanted = toSign(vector);
      const parts = canonicalRequest(wanted, key.client_email);
      if (vector.description !== contradicts)
        expect(parts.canonicalRequest).toBe(vector.expectedCanonicalRequest);
      expect(parts.stringToSign).toBe(vector.expectedStringToSign);
      expect(await signUrl(wanted, keySigner(key.client_email, privateKey))).toBe(vector.expectedUrl);
    },
  );
});

describe('signUrl', () => {
  const open = async () => {
    const fake = await startFake();
    const client = createIntegration(storage, { options: fake.options() });
    return {
      fake,
      client,
      async [Symbol.asyncDispose]() {
        await client[Symbol.asyncDispose]();
        await fake[Symbol.asyncDispose]();
      },
    };
  };

  it.each([0, -1, 1.5, Number.NaN, 604_801])(
    'refuses %s seconds, and says how long a URL may be good for',
    async (expiresInSeconds) => {
      await using opened = await open();
      const error = await opened.client
        .signUrl('a', { method: 'GET', expiresInSeconds })
        .catch((thrown: unknown) => thrown);
      expect(errorCode(error)).toBe('invalid_argument');
      expect(String(error)).toContain('give 1 to 604800');
      expect(opened.fake.exchanges).toEqual([]);
    },
  );

  it('says that other credentials than a key cannot sign', async () => {
    await using opened = await open();
    const options = { ...opened.fake.options(sampleTenant, 'access-token'), signAs: undefined };
    await using client = createIntegration(storage, { options });
    const error = await client
      .signUrl('a', { method: 'GET', expiresInSeconds: 60 })
      .catch((thrown: unknown) => thrown);
    expect(errorCode(error)).toBe('failed_precondition');
    expect(String(error)).toContain('use the key of a service account, or give `signAs`');
  });

  it('has IAM sign for credentials without a key, as an account that lets them', async () => {
    await using opened = await open();
    const { fake } = opened;
    const options = fake.options(sampleTenant, 'access-token');
    await using client = createIntegration(storage, { options, resilience: { retry: false } });
    await client.insertObject('a b', 'shared');
    const { url } = await client.signUrl('a b', { method: 'GET', expiresInSeconds: 60 });
    expect(await (await fetch(url)).text()).toBe('shared');
    expect(fake.exchanges.filter(({ target }) => target.endsWith(':signBlob'))).toHaveLength(1);
    const signAs = fake.options('tenant_b', 'access-token').signAs ?? '';
    await using stranger = createIntegration(storage, { options: { ...options, signAs } });
    const error = await stranger
      .signUrl('a b', { method: 'GET', expiresInSeconds: 60 })
      .catch((thrown: unknown) => thrown);
    expect(errorCode(error)).toBe('permission_denied');
    expect(String(error)).toContain('iam.serviceAccounts.signBlob');
  });

  it('makes URLs that are good until they expire, for this method and these headers alone', async () => {
    await using opened = await open();
    const { client } = opened;
    const headers = { 'content-type': 'text/plain', 'x-goog-content-length-range': '1,5' };
    const { url } = await client.signUrl('up', { method: 'PUT', expiresInSeconds: 60, headers });
    const put = (body: string, more: Record<string, string> = {}) =>
      fetch(url, { method: 'PUT', headers: { ...headers, ...more }, body }).then(async (response) => ({
        status: response.status,
        code: /<Code>(\w+)</.exec(await response.text())?.[1],
      }));
    expect(await put('12345')).toEqual({ status: 200, code: undefined });
    expect(await put('123456')).toEqual({ status: 400, code: 'EntityTooLarge' });
    expect(await put('12345', { 'content-type': 'text/html' })).toEqual({
      status: 403,
      code: 'SignatureDoesNotMatch',
    });
    expect((await fetch(url)).status).toBe(403);
    expect((await client.getObjectMetadata('up')).contentType).toBe('text/plain');
  });
});
