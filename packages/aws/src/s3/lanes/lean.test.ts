/** What the lean lane sends, to the letter; the answers are canned. */
import { createHash } from 'node:crypto';
import { createIntegration, type OptionsOf, provide } from '@im/core';
import { type HttpRequest, type Transport, transportKey } from '@im/http';
import { createObjectStore } from '@im/storage';
import { oddKeys } from '@im/storage/testing';
import { describe, expect, it } from 'vitest';
import { verifySignature } from '../../common/fake/verify-signature.ts';
import { dialectOf } from '../dialects.ts';
import { createDriver } from '../driver/s3-driver.ts';
import { s3 } from '../index.ts';

const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret/of+an=example' };

function record(options: Partial<OptionsOf<typeof s3>> = {}) {
  const requests: HttpRequest[] = [];
  const headers = { etag: '"0123"', 'content-length': '0', 'last-modified': new Date(0).toUTCString() };
  const transport: Transport = async (request) => {
    requests.push(request);
    return {
      status: 200,
      headers: Object.assign(Object.entries(headers), {
        get: (name: string) => (headers as Record<string, string>)[name] ?? null,
      }) as never,
      body: (async function* () {})(),
      bytes: async () => new Uint8Array(),
      url: request.url,
      [Symbol.asyncDispose]: async () => {},
    };
  };
  const client = createIntegration(s3, {
    services: [provide(transportKey, transport)],
    options: { region: 'eu-north-1', bucket: 'photos', credentials, ...options },
  });
  const dialect = dialectOf(options.dialect ?? 'aws');
  const driver = createDriver({ client, dialect, mostCopyBytes: 1 });
  return { client, driver, requests, last: () => requests.at(-1) as HttpRequest };
}

const base64 = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('base64');
const hex = (text: string) => createHash('sha256').update(text).digest('hex');
const crc = { algorithm: 'crc32', value: '8cdc1683' } as const;

describe('the lean lane', () => {
  it('signs what it sends, for every key, with the bucket in the host', async () => {
    const { client, last } = record();
    for (const key of oddKeys) {
      await client.putObject(key, 'x', { ifNoneMatch: '*', metadata: { a: 'ü' } });
      const { url, target = '', headers, method, body } = last();
      expect(url.origin).toBe('https://photos.s3.eu-north-1.amazonaws.com');
      expect(target.split('/').map(decodeURIComponent).join('/')).toBe(`/${key}`);
      const received = {
        method,
        target,
        headers: { ...headers, host: url.host },
        body: Buffer.from(body as string),
      };
      const rules = {
        service: 's3',
        region: 'eu-north-1',
        now: Date.now(),
        credentialsOf: () => credentials,
      };
      expect(verifySignature(received, rules)).toEqual({
        ok: true,
        accessKeyId: 'AKIAEXAMPLE',
        presigned: false,
      });
    }
  });

  it('signs the hash that the checksum is anyway, and no hash of its own under TLS', async () => {
    const { client, last } = record();
    await client.putObject('k', 'text');
    expect(last().headers).toMatchObject({
      'x-amz-checksum-sha256': base64('sha256', 'text'),
      'x-amz-content-sha256': hex('text'),
    });
    await client.uploadPart('k', 'id', { number: 1, bytes: Buffer.from('a'), checksum: crc });
    expect(last().headers).toMatchObject({
      'x-amz-checksum-crc32': 'jNwWgw==',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    });
    expect(last().target).toBe('/k?partNumber=1&uploadId=id');
  });

  it('signs a hash of the bytes without TLS, whatever the checksum', async () => {
    const { client, last } = record({ endpoint: 'http://127.0.0.1:1' });
    await client.putObject('k', 'text', { checksum: crc });
    expect(last().headers).toMatchObject({
      'x-amz-checksum-crc32': 'jNwWgw==',
      'x-amz-content-sha256': hex('text'),
    });
    expect(last().target).toBe('/photos/k');
  });

  it('sends no checksum to a service that keeps none, but a proof where it locks', async () => {
    const { client, driver, last } = record({ dialect: 'b2', region: 'us-west-004' });
    await client.putObject('k', 'text');
    const sums = () => Object.keys(last().headers).filter((name) => /checksum|md5/.test(name));
    expect(sums()).toEqual([]);
    await client.putObject('k', 'text', { lock: { legalHold: true } });
    expect(last().headers['content-md5']).toBe(base64('md5', 'text'));
    const store = createObjectStore(driver);
    await store.put('k', 'text');
    expect(last().headers['x-amz-meta-im-checksum']).toBe(`sha256:${hex('text')}`);
    expect(sums()).toEqual(['x-amz-meta-im-checksum']);
    await store.get('k');
    expect(last().headers['x-amz-checksum-mode']).toBeUndefined();
  });

  it('gives each conditional write an id, and no other', async () => {
    const { driver, last } = record();
    const store = createObjectStore(driver, { needs: ['conditionalWrites'] });
    await store.put('k', 'x');
    expect(last().headers['x-amz-meta-im-write']).toBeUndefined();
    const ids = [];
    for (const condition of [{ ifNoneMatch: '*' as const }, { ifMatch: '"0123"' }]) {
      await store.put('k', 'x', condition);
      ids.push(last().headers['x-amz-meta-im-write']);
    }
    expect(new Set(ids).size).toBe(2);
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(last().headers['if-match']).toBe('"0123"');
  });

  it('asks for ranges, conditions and versions in the words of S3', async () => {
    const { client, last } = record();
    await client.getObject('k', { range: { offset: 5, length: 10 }, ifMatch: '0123', versionId: 'v/1' });
    expect([last().target, last().headers.range, last().headers['if-match']]).toEqual([
      '/k?versionId=v%2F1',
      'bytes=5-14',
      '"0123"',
    ]);
    await client.getObject('k', { range: { last: 7 } });
    expect(last().headers.range).toBe('bytes=-7');
    await client.getObject('k', { range: { offset: 3 } });
    expect(last().headers).toMatchObject({ range: 'bytes=3-' });
    await client.headObject('k', { ifNoneMatch: '*' });
    expect(last().headers).toMatchObject({ 'if-none-match': '*', 'x-amz-checksum-mode': 'ENABLED' });
  });
});
