/**
 * Storage accounts of a fake: one for each tenant, with a key of its own, told apart by the credential alone. Requests are authorised as the
 * service does it: Shared Key by the clock and the signature, bearer tokens by the directory, SAS by what the service of the fake knows of it.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { type Clock, Secret } from '@im/core';
import type { FakeRequest, FakeResponse } from '@im/testing';
import { keySigner, stringToSign } from '../shared-key.ts';
import type { FakeEntra } from './entra.ts';
import { storageError } from './storage-answers.ts';

/** An account. */
export interface FakeStorageAccount {
  readonly tenant: string;
  readonly name: string;
  /** Base64. Change it, and requests by the old one are refused. */
  key: string;
}

/** Who asks. */
export interface StoragePrincipal {
  readonly account: FakeStorageAccount;
  readonly by: 'key' | 'token' | 'sas';
  /** Letters of a SAS; what is asked for by a key or a token is allowed. */
  readonly permissions: string | undefined;
}

/** Whose account signed a SAS, and what it allows; an answer refuses it. `undefined`: the request has none. */
export type ReadSas = (
  request: FakeRequest,
  accounts: readonly FakeStorageAccount[],
) => StoragePrincipal | FakeResponse | undefined;

/** The accounts of one fake. */
export interface StorageAccounts {
  /** Made when first asked for. */
  account(tenant: string): FakeStorageAccount;
  /** @throws FakeResponse when the request is refused */
  authorise(request: FakeRequest): StoragePrincipal;
}

/** What bearer tokens must be for. */
const storageAudience = 'https://storage.azure.com';
/** Milliseconds by which a request's date may differ from the clock. */
const mostSkewMs = 15 * 60_000;

/** Makes them. */
export function createStorageAccounts(
  clock: Clock,
  seed: number,
  entra: Pick<FakeEntra, 'caller'>,
  readSas: ReadSas,
): StorageAccounts {
  const accounts = new Map<string, FakeStorageAccount>();
  const account = (tenant: string): FakeStorageAccount => {
    const known = accounts.get(tenant);
    if (known !== undefined) return known;
    const digest = createHash('sha512').update(`storage account of ${tenant}, ${seed}`).digest();
    const made = { tenant, name: `im${digest.toString('hex', 0, 8)}`, key: digest.toString('base64') };
    accounts.set(tenant, made);
    return made;
  };

  const byKey = (request: FakeRequest, credential: string): StoragePrincipal => {
    const [name = '', signature = ''] = credential.split(':', 2);
    const found = [...accounts.values()].find((one) => one.name === name);
    const date = Date.parse(request.headers['x-ms-date'] ?? request.headers.date ?? '');
    if (!(Math.abs(date - clock.now()) <= mostSkewMs))
      throw refused('the date is missing, or too far from now');
    const text = stringToSign(
      { method: request.method, path: request.path, query: request.query, headers: request.headers },
      name,
    );
    if (found === undefined || !equals(signature, keySigner(new Secret(found.key))(text)))
      throw refused('the MAC signature is not the same as any computed signature');
    return { account: found, by: 'key', permissions: undefined };
  };

  const byToken = (request: FakeRequest): StoragePrincipal => {
    const caller = entra.caller(request, storageAudience);
    if (typeof caller !== 'string')
      return { account: account(caller.tenant), by: 'token', permissions: undefined };
    const answer = storageError(401, 'InvalidAuthenticationInfo', `The token is not taken: ${caller}.`);
    const challenge = { 'www-authenticate': `Bearer resource_id=${storageAudience}` };
    throw { ...answer, headers: { ...answer.headers, ...challenge } } satisfies FakeResponse;
  };

  return {
    account,
    authorise(request) {
      const { authorization = '' } = request.headers;
      const [, scheme, credential = ''] = /^(SharedKey|Bearer) (.+)$/.exec(authorization) ?? [];
      if (scheme === 'SharedKey') return byKey(request, credential);
      if (scheme === 'Bearer') return byToken(request);
      const sas = readSas(request, [...accounts.values()]);
      if (sas === undefined)
        throw storageError(401, 'NoAuthenticationInformation', 'Server failed to authenticate the request.');
      if (!('account' in sas)) throw sas;
      return sas;
    },
  };
}

/** What the service says of a credential that it does not take. */
export function refused(why: string): FakeResponse {
  return storageError(
    403,
    'AuthenticationFailed',
    `Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.`,
    why,
  );
}

/** In constant time, as a service has it. */
export function equals(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
