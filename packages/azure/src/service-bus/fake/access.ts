/** Who asks the fake, and what they may do: shared access signatures are verified on the clock, bearer tokens by the directory. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '@im/core';
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { FakeEntra } from '../../common/fake/entra.ts';
import { busError } from './answers.ts';
import type { BusWorld, FakePolicy } from './world.ts';

export type Claim = FakePolicy['claims'][number];

/** A caller of one namespace. */
export interface BusCaller {
  readonly tenant: string;
  readonly claims: readonly Claim[];
  /** The one entity that it may ask for. Absent: all. */
  readonly entity: string | undefined;
}

const audience = 'https://servicebus.azure.net';
const all: readonly Claim[] = ['Send', 'Listen', 'Manage'];

export interface BusAccounts {
  /** @throws FakeResponse for a credential that is not taken */
  authorise(request: FakeRequest): BusCaller;
  /** Every token that was taken so far is refused from now on. */
  expireTokens(): void;
}

export function createAccounts(
  clock: Clock,
  entra: FakeEntra,
  worlds: ReadonlyMap<string, BusWorld>,
): BusAccounts {
  let latestEnd = 0;
  let refusedUpTo = 0;
  const bySignature = (fields: URLSearchParams, raw: string): BusCaller => {
    const ends = Number(fields.get('se'));
    const resource = fields.get('sr') ?? '';
    if (!(ends * 1_000 > clock.now()) || ends <= refusedUpTo)
      throw unauthorised('ExpiredToken: The token is expired.');
    // Signed as it is written, still escaped.
    const [, escaped = ''] = /[ &]sr=([^&]*)/.exec(raw) ?? [];
    for (const [tenant, { policies }] of worlds) {
      const policy = policies.find(
        ({ keyName, key }) =>
          keyName === fields.get('skn') &&
          isEqual(fields.get('sig') ?? '', signature(key, escaped, String(fields.get('se')))),
      );
      if (policy === undefined) continue;
      latestEnd = Math.max(latestEnd, ends);
      const [, path = ''] = /^[a-z]+:\/\/[^/]+\/?(.*)$/i.exec(resource) ?? [];
      const entity = policy.entity ?? (path === '' ? undefined : path);
      return { tenant, claims: policy.claims, entity };
    }
    throw unauthorised('40103: Invalid authorization token signature');
  };
  return {
    authorise(request) {
      const { authorization = '' } = request.headers;
      const [, text] = /^SharedAccessSignature (.+)$/.exec(authorization) ?? [];
      if (text !== undefined) return bySignature(new URLSearchParams(text), ` ${text}`);
      if (authorization === '') throw unauthorised('MissingToken: The authorization header was not found');
      const caller = entra.caller(request, audience);
      if (typeof caller === 'string') throw unauthorised(`40102: The token is not taken: ${caller}`);
      return { tenant: caller.tenant, claims: all, entity: undefined };
    },
    expireTokens() {
      refusedUpTo = latestEnd;
      entra.expireTokens();
    },
  };
}

function signature(key: string, resource: string, ends: string): string {
  return createHmac('sha256', key).update(`${resource}\n${ends}`).digest('base64');
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}

function unauthorised(detail: string): FakeResponse {
  return busError(401, detail);
}

/** @throws FakeResponse unless the caller may do this with the entity */
export function allow({ claims, entity }: BusCaller, claim: Claim, path: string): void {
  const isInside = entity === undefined || `${path.toLowerCase()}/`.startsWith(`${entity.toLowerCase()}/`);
  if (isInside && claims.includes(claim)) return;
  const wanted = claim === 'Manage' ? 'Manage,EntityRead' : claim;
  throw busError(
    401,
    `Unauthorized access. '${wanted}' claim(s) are required to perform this operation. Resource: 'sb://fake/${path}'`,
  );
}
