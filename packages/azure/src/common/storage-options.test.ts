import { ConfigurationError, parseOptions } from '@im/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { developmentAccount } from './storage-connection.ts';
import { checkStorage, storageAccount, storageShape } from './storage-options.ts';

const key = 'c2VjcmV0LWtleS1vZi10aGUtYWNjb3VudA==';
const schema = z.strictObject(storageShape).superRefine(checkStorage('blob'));
const parse = (options: unknown) => parseOptions({ id: 'azure-blob', options: schema }, options);
const byString = (connectionString: string) => ({
  credentials: { type: 'connection-string', connectionString },
});

function faultOf(options: unknown): string {
  try {
    parse(options);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('options of a storage account', () => {
  it('a connection string names account, key and endpoint', () => {
    const text = `DefaultEndpointsProtocol=https;AccountName=mine;AccountKey=${key};EndpointSuffix=core.windows.net;`;
    const account = storageAccount(parse(byString(text)), 'blob');
    expect(account).toMatchObject({ account: 'mine', endpoint: 'https://mine.blob.core.windows.net' });
    expect(account.access.kind === 'key' && account.access.key.reveal()).toBe(key);
    expect(storageAccount(parse(byString(text)), 'queue').endpoint).toBe(
      'https://mine.queue.core.windows.net',
    );
  });

  it('the emulator is known by one word', () => {
    const account = storageAccount(parse(byString('UseDevelopmentStorage=true')), 'blob');
    expect(account).toMatchObject({
      account: developmentAccount.name,
      endpoint: 'http://127.0.0.1:10000/devstoreaccount1',
    });
  });

  it('a connection string may hold a SAS and an endpoint alone', () => {
    const text =
      'BlobEndpoint=https://mine.blob.core.windows.net/;SharedAccessSignature=sv=2021-10-04&sig=abc%3D';
    const account = storageAccount(parse(byString(text)), 'blob');
    expect(account).toMatchObject({
      account: 'mine',
      endpoint: 'https://mine.blob.core.windows.net',
      access: { kind: 'sas' },
    });
  });

  it.each([
    ['nonsense', 'part 1 is not written as Name=value'],
    ['AccountName=mine;AccountKey=short', 'AccountKey is no base64'],
    [`AccountKey=${key}`, 'AccountName is missing'],
    ['AccountName=mine', 'AccountKey is missing'],
    [`AccountName=MINE!;AccountKey=${key}`, 'AccountName is not 3 to 24'],
    [`AccountName=mine;AccountName=mine;AccountKey=${key}`, 'AccountName stands there twice'],
    [`AccountName=mine;AccountKey=${key};BlobEndpoint=ftp://x`, 'BlobEndpoint is no http or https URL'],
    [`AccountName=mine;${key}`, 'part 2 has a name that is not known'],
    [`AccountName=mine;AccountKey=`, 'AccountKey is empty'],
    [
      `DefaultEndpointsProtocol=gopher;AccountName=mine;AccountKey=${key}`,
      'DefaultEndpointsProtocol is not https or http',
    ],
    [
      'BlobEndpoint=https://mine.blob.core.windows.net/;SharedAccessSignature=sv=1',
      'SharedAccessSignature has no sig',
    ],
    [`AccountName=mine;AccountKey=${key};=x`, 'part 3 is not written as Name=value'],
  ])('a malformed connection string is refused by the name of its part: %#', (text, says) => {
    const message = faultOf(byString(text));
    expect(message).toContain(`credentials.connectionString is malformed: ${says}`);
    expect(message).not.toContain(key);
    expect(message).not.toContain('short');
  });

  it('what an account needs is said where it is missing', () => {
    expect(faultOf({})).toContain('account is missing');
    expect(
      faultOf({ account: 'mine', credentials: { type: 'account-key', accountKey: 'no base64!' } }),
    ).toContain('credentials.accountKey is no base64');
    expect(faultOf({ account: 'mine', credentials: { type: 'sas', sasToken: 'abc' } })).toContain(
      'credentials.sasToken has no sv and no sig',
    );
    expect(faultOf({ account: 'other', ...byString(`AccountName=mine;AccountKey=${key}`) })).toContain(
      'account is not the account of the connection string',
    );
  });

  it('identities need an account or an endpoint', () => {
    expect(storageAccount(parse({ account: 'mine' }), 'blob')).toMatchObject({
      endpoint: 'https://mine.blob.core.windows.net',
      access: { kind: 'token', credentials: { type: 'default' } },
    });
    const endpoint = 'http://127.0.0.1:5000/devstoreaccount1/';
    expect(storageAccount(parse({ endpoint }), 'blob')).toMatchObject({
      account: 'devstoreaccount1',
      endpoint: 'http://127.0.0.1:5000/devstoreaccount1',
    });
  });
});
