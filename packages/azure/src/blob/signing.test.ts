/** Our signatures against those of the vendor's SDK. */
import {
  BlobSASPermissions,
  BlobServiceClient,
  generateBlobSASQueryParameters,
  type IHttpClient,
  newPipeline,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { Secret } from '@im/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storageVersions } from '../common/api-version.ts';
import { keySigner, readTarget, stringToSign } from '../common/shared-key.ts';
import { developmentAccount } from '../common/storage-connection.ts';
import { signBlobSas } from './sas.ts';

const { name: account, key } = developmentAccount;
const accountKey = new Secret(key);

describe('Shared Key by the SDK', () => {
  it('any names, metadata, conditions and lists are signed alike', { timeout: 60_000 }, async () => {
    const all: Parameters<IHttpClient['sendRequest']>[0][] = [];
    const httpClient: IHttpClient = {
      sendRequest: async (request) => {
        all.push(request);
        return { request, status: 500, headers: request.headers.clone(), bodyAsText: '' };
      },
    };
    const pipeline = newPipeline(new StorageSharedKeyCredential(account, key), {
      httpClient,
      retryOptions: { maxTries: 1 },
    });
    const container = new BlobServiceClient(
      'http://127.0.0.1:1/devstoreaccount1',
      pipeline,
    ).getContainerClient('c');
    const name = fc.stringMatching(/^[a-z0-9ü€日 &=+%?#'()!*,;:@$_~-]{1,12}$/u);
    const metadata = fc.dictionary(
      fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/),
      fc.stringMatching(/^[!-~]{1,10}$/),
      { maxKeys: 5 },
    );
    await fc.assert(
      fc.asyncProperty(name, metadata, fc.boolean(), async (blob, given, lists) => {
        const asked = lists
          ? container
              .listBlobsFlat({ prefix: blob, includeMetadata: true, includeTags: true })
              .byPage({ maxPageSize: 3 })
              .next()
          : container
              .getBlockBlobClient(blob)
              .upload('body', 4, { metadata: given, conditions: { ifMatch: '"0x1"' }, tags: { a: 'b' } });
        await asked.catch(() => undefined);
        const sent = all.pop();
        if (sent === undefined) throw new Error('nothing was sent');
        const headers = sent.headers.toJson();
        const { pathname, search } = new URL(sent.url);
        const lower = Object.fromEntries(
          Object.entries(headers).map(([header, value]) => [header.toLowerCase(), value]),
        );
        const text = stringToSign(
          { method: sent.method, ...readTarget(pathname + search), headers: lower },
          account,
        );
        expect(`SharedKey ${account}:${keySigner(accountKey)(text)}`).toBe(lower.authorization);
      }),
      { numRuns: 200 },
    );
  });
});

describe('SAS by the SDK', () => {
  const expiresAt = Date.UTC(2030, 0, 1);

  it('a service SAS is signed alike', () => {
    for (const blob of ['a.txt', 'a b/ü?&=.txt', '日本/語']) {
      const theirs = generateBlobSASQueryParameters(
        {
          containerName: 'c',
          blobName: blob,
          permissions: BlobSASPermissions.parse('r'),
          expiresOn: new Date(expiresAt),
          protocol: SASProtocol.HttpsAndHttp,
          version: storageVersions.blob,
          contentType: 'text/plain',
          contentDisposition: 'attachment',
          cacheControl: 'no-store',
        },
        new StorageSharedKeyCredential(account, key),
      );
      const ours = signBlobSas(
        {
          account,
          container: 'c',
          blob,
          permissions: 'r',
          expiresAt,
          httpsOnly: false,
          contentType: 'text/plain',
          contentDisposition: 'attachment',
          cacheControl: 'no-store',
        },
        { accountKey },
      );
      expect(Object.fromEntries(new URLSearchParams(theirs.toString()))).toEqual(ours);
    }
  });

  it('a user delegation SAS is signed alike', () => {
    const [start, expiry] = [Date.UTC(2029, 11, 30), Date.UTC(2030, 0, 2)];
    const theirs = generateBlobSASQueryParameters(
      {
        containerName: 'c',
        blobName: 'a.txt',
        permissions: BlobSASPermissions.parse('cw'),
        expiresOn: new Date(expiresAt),
        protocol: SASProtocol.Https,
        version: storageVersions.blob,
      },
      {
        signedObjectId: 'object',
        signedTenantId: 'tenant',
        signedStartsOn: new Date(start),
        signedExpiresOn: new Date(expiry),
        signedService: 'b',
        signedVersion: storageVersions.blob,
        value: key,
      },
      account,
    );
    const ours = signBlobSas(
      { account, container: 'c', blob: 'a.txt', permissions: 'cw', expiresAt, httpsOnly: true },
      {
        delegation: {
          signedOid: 'object',
          signedTid: 'tenant',
          signedStart: '2029-12-30T00:00:00Z',
          signedExpiry: '2030-01-02T00:00:00Z',
          signedService: 'b',
          signedVersion: storageVersions.blob,
          value: accountKey,
        },
      },
    );
    expect(Object.fromEntries(new URLSearchParams(theirs.toString()))).toEqual(ours);
  });
});
