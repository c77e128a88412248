/** SAS as the fake reads it: which account's key signed it, for how long, for what. */
import { createHmac } from 'node:crypto';
import { type Clock, Secret } from '@im/core';
import type { FakeRequest } from '@im/testing';
import { storageVersions } from '../../common/api-version.ts';
import {
  equals,
  type FakeStorageAccount,
  type ReadSas,
  refused,
} from '../../common/fake/storage-accounts.ts';
import { keySigner } from '../../common/shared-key.ts';
import type { UserDelegationKey } from '../model.ts';
import { sasStringToSign, sasTime } from '../sas.ts';

/** The key that a tenant's identity is given to sign with. The same facts give the same key, so none has to be kept. */
export function delegationKey(
  account: FakeStorageAccount,
  start: string,
  expiry: string,
  version: string,
): UserDelegationKey {
  const signedOid = `oid-of-${account.name}`;
  const signedTid = `tid-of-${account.name}`;
  const value = createHmac('sha256', account.key)
    .update([signedOid, start, expiry].join('\n'))
    .digest('base64');
  return {
    signedOid,
    signedTid,
    signedStart: start,
    signedExpiry: expiry,
    signedService: 'b',
    signedVersion: version,
    value: new Secret(value),
  };
}

/** Reads the SAS of a request for a blob or its container. */
export function createSasReader(clock: Clock): ReadSas {
  return (request, accounts) => {
    const query = Object.fromEntries(request.query);
    const { sig, se = '', st, sr, sp = '', ske } = query;
    if (sig === undefined) return undefined;
    const outside = [se, ...(ske === undefined ? [] : [ske])].some((end) => !(Date.parse(end) > clock.now()));
    if (outside || (st !== undefined && Date.parse(st) > clock.now()))
      return refused('Signature not valid in the specified time frame');
    const signer = accounts.find((account) => equals(sig, signatureOf(request, query, account)));
    if (signer === undefined || (sr !== 'b' && sr !== 'c')) return refused('Signature did not match.');
    return { account: signer, by: 'sas', permissions: sp };
  };
}

function signatureOf(
  { params }: FakeRequest,
  query: Readonly<Record<string, string>>,
  account: FakeStorageAccount,
): string {
  const path = [account.name, params.container, ...(query.sr === 'b' ? [params.blob] : [])].join('/');
  const key =
    query.skoid === undefined
      ? new Secret(account.key)
      : delegationKey(account, query.skt ?? '', query.ske ?? '', query.skv ?? '').value;
  return keySigner(key)(sasStringToSign(query, `/blob/${path}`));
}

/** A SAS for everything in a container, as an account's owner makes it. */
export function containerSas(
  account: FakeStorageAccount,
  container: string,
  permissions: string,
  expiresAt: number,
): string {
  const query = { sv: storageVersions.blob, se: sasTime(expiresAt), sr: 'c', sp: permissions };
  const text = sasStringToSign(query, `/blob/${account.name}/${container}`);
  const sig = keySigner(new Secret(account.key))(text);
  return new URLSearchParams({ ...query, sig }).toString();
}
