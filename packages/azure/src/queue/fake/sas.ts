/**
 * SAS of queues, made and read by the fake. What is signed, a line each: permissions, start, expiry, `/queue/account/queue`, the id of a stored
 * policy, address, protocol, version.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/create-service-sas#version-2018-11-09-and-later | Azure: Create a service SAS}
 */
import { type Clock, Secret } from '@im/core';
import { storageVersions } from '../../common/api-version.ts';
import {
  equals,
  type FakeStorageAccount,
  type ReadSas,
  refused,
} from '../../common/fake/storage-accounts.ts';
import { keySigner } from '../../common/shared-key.ts';

const signed = ['sp', 'st', 'se', 'resource', 'si', 'sip', 'spr', 'sv'];

function signatureOf(
  query: Readonly<Record<string, string>>,
  { name, key }: FakeStorageAccount,
  queue: string,
): string {
  const text = signed.map((field) =>
    field === 'resource' ? `/queue/${name}/${queue}` : (query[field] ?? ''),
  );
  return keySigner(new Secret(key))(text.join('\n'));
}

/** A SAS for one queue, as the account's owner makes it. */
export function queueSas(
  account: FakeStorageAccount,
  queue: string,
  permissions: string,
  expiresAt: number,
): string {
  const se = new Date(expiresAt).toISOString().replace(/\.\d+Z$/, 'Z');
  const query = { sv: storageVersions.queue, se, sp: permissions };
  return new URLSearchParams({ ...query, sig: signatureOf(query, account, queue) }).toString();
}

/** Reads the SAS of a request. */
export function createSasReader(clock: Clock): ReadSas {
  return (request, accounts) => {
    const query = Object.fromEntries(request.query);
    const { sig, se = '', st, sp = '' } = query;
    if (sig === undefined) return undefined;
    if (!(Date.parse(se) > clock.now()) || (st !== undefined && Date.parse(st) > clock.now()))
      return refused('Signature not valid in the specified time frame');
    const queue = request.path.split('/')[2] ?? '';
    const account = accounts.find((one) => equals(sig, signatureOf(query, one, queue)));
    return account === undefined
      ? refused('Signature did not match.')
      : { account, by: 'sas', permissions: sp };
  };
}
