import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StorageSharedKeyCredential } from '@azure/storage-blob';
import { Secret } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describeVectors } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { keySigner, readTarget, sharedKey, stringToSign } from './shared-key.ts';
import { developmentAccount } from './storage-connection.ts';

interface Vector {
  readonly request: {
    readonly method: string;
    readonly account: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly headers: Readonly<Record<string, string>>;
  };
  readonly stringToSign: string;
}

describeVectors('Shared Key by the vendor’s worked example', 'cloud-signing', (folder) => {
  it('the string to sign is the published one, byte for byte', () => {
    const vector = JSON.parse(
      readFileSync(join(folder, 'azure-storage-string-to-sign.json'), 'utf8'),
    ) as Vector;
    const { method, account, path, query, headers } = vector.request;
    const target = readTarget(`${path}?${new URLSearchParams(query)}`);
    expect(stringToSign({ method, ...target, headers }, account)).toBe(vector.stringToSign);
  });
});

describe('Shared Key', () => {
  const { name, key } = developmentAccount;

  it('a signature is the one that the vendor’s own SDK computes', () => {
    const text = stringToSign({ method: 'GET', ...readTarget('/c/b?comp=list'), headers: {} }, name);
    const sdk = new StorageSharedKeyCredential(name, key);
    expect(keySigner(new Secret(key))(text)).toBe(sdk.computeHMACSHA256(text));
  });

  it('headers are in the order of the service: hyphens do not count, and `_` comes before digits and letters', () => {
    const names = [
      'x-ms-meta-im_2d_a',
      'x-ms-meta-im1',
      'x-ms-meta-ima',
      'x-ms-date',
      'x-ms-meta-im',
      'x-ms-d-b',
    ];
    const headers = Object.fromEntries(names.map((header) => [header, 'v']));
    const lines = stringToSign({ method: 'GET', path: '/', query: [], headers }, name)
      .split('\n')
      .slice(12, -1);
    expect(lines.map((line) => line.slice(0, line.indexOf(':')))).toEqual([
      'x-ms-date',
      'x-ms-d-b',
      'x-ms-meta-im',
      'x-ms-meta-im_2d_a',
      'x-ms-meta-im1',
      'x-ms-meta-ima',
    ]);
  });

  it('an empty body counts as no length, and a parameter that comes twice is one line', () => {
    const headers = { 'content-length': '0', range: 'bytes=0-1' };
    expect(stringToSign({ method: 'PUT', ...readTarget('/c?b=2&a=%20x&B=1'), headers }, 'acc')).toBe(
      'PUT\n\n\n\n\n\n\n\n\n\n\nbytes=0-1\n/acc/c\na: x\nb:1,2',
    );
  });

  it('the length of a body is counted in bytes, and the date is the clock’s', async () => {
    const sign = sharedKey('acc', new Secret(key), createVirtualClock(Date.UTC(2015, 5, 26, 23, 39, 12)));
    const request = { method: 'PUT', url: new URL('http://h/'), target: '/c/b', headers: {} } as const;
    const added = await sign({ ...request, body: 'ä' }, undefined as never);
    const headers = { 'x-ms-date': 'Fri, 26 Jun 2015 23:39:12 GMT', 'content-length': '2' };
    const signature = keySigner(new Secret(key))(
      stringToSign({ method: 'PUT', path: '/c/b', query: [], headers }, 'acc'),
    );
    expect(added).toEqual({
      'x-ms-date': headers['x-ms-date'],
      authorization: `SharedKey acc:${signature}`,
    });
  });
});
