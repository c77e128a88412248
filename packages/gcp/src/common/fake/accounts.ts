/**
 * Service accounts and their tokens, as all fakes of Google's services share them: one project and one account for each tenant, a token
 * endpoint that verifies the assertion, and tokens that expire.
 */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import type { Clock } from '@im/core';
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { z } from 'zod';
import type { googleOptions } from '../options.ts';

/** A tenant's project and service account. */
export interface FakeAccount {
  readonly tenant: string;
  readonly projectId: string;
  readonly clientEmail: string;
  readonly privateKey: string;
  readonly privateKeyId: string;
  readonly publicKey: KeyObject;
}

/** Who a request comes from; or why its token is not taken. */
export type FakePrincipal = FakeAccount | 'missing' | 'invalid' | 'expired';

/** The accounts of one fake. */
export interface FakeAccounts {
  /** Made when it is first asked for. */
  of(tenant: string): FakeAccount;
  byEmail(clientEmail: string): FakeAccount | undefined;
  /** Options that a tenant's application gives, for a fake at `url`: the key of its account. */
  options(
    tenant: string,
    url: string,
  ): Pick<z.input<z.ZodObject<typeof googleOptions>>, 'projectId' | 'credentials' | 'baseUrl'>;
  /** The token endpoint, `POST /token`. */
  token(request: FakeRequest): FakeResponse;
  /** Whose token a request carries. */
  principal(request: Pick<FakeRequest, 'headers'>): FakePrincipal;
  /** Every token that was issued is refused as expired from now on. */
  expireTokens(): void;
  /** A token without the way through the token endpoint, good for an hour. */
  issue(tenant: string): string;
  /** One that is always the same and does not end. */
  standingToken(tenant: string): string;
}

/** Keys cost half a second each to make, so those of a process share them: nobody but its own fakes knows them. */
const keyPairs = new Map<string, KeyPair>();
type KeyPair = Pick<FakeAccount, 'privateKey' | 'publicKey'>;

function keyPairOf(tenant: string): KeyPair {
  const known = keyPairs.get(tenant);
  if (known !== undefined) return known;
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pair = {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: createPublicKey(privateKey),
  };
  keyPairs.set(tenant, pair);
  return pair;
}

const lifeSeconds = 3_599;
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

function digestOf(seed: number, ...parts: readonly (string | number)[]): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, ...parts]))
    .digest('hex');
}

/** The project of a tenant, the same in every fake of this seed. */
export function projectIdOf(tenant: string, seed = 1): string {
  return `fake-${digestOf(seed, 'project', tenant).slice(0, 16)}`;
}

/** Makes the accounts. `seed` changes ids and tokens. */
export function createAccounts(clock: Clock, seed = 1): FakeAccounts {
  const accounts = new Map<string, FakeAccount>();
  const tokens = new Map<string, { readonly account: FakeAccount; readonly expiresAt: number }>();
  const digest = (...parts: readonly (string | number)[]) => digestOf(seed, ...parts);
  const standing = new Map<string, FakeAccount>();
  let issued = 0;

  const of = (tenant: string): FakeAccount => {
    let account = accounts.get(tenant);
    if (account === undefined) {
      const projectId = projectIdOf(tenant, seed);
      account = {
        tenant,
        projectId,
        clientEmail: `app@${projectId}.iam.gserviceaccount.com`,
        privateKeyId: digest('key', tenant).slice(0, 40),
        ...keyPairOf(tenant),
      };
      accounts.set(tenant, account);
    }
    return account;
  };
  const byEmail = (clientEmail: string) =>
    [...accounts.values()].find((account) => account.clientEmail === clientEmail);
  const issueFor = (account: FakeAccount): string => {
    issued += 1;
    const token = `ya29.fake-${digest('token', account.tenant, issued)}`;
    tokens.set(token, { account, expiresAt: clock.now() + lifeSeconds * 1_000 });
    return token;
  };

  return {
    of,
    byEmail,
    options(tenant, url) {
      const { projectId, clientEmail, privateKey, privateKeyId } = of(tenant);
      return {
        projectId,
        baseUrl: `${url}/`,
        credentials: {
          type: 'service-account',
          clientEmail,
          privateKey,
          privateKeyId,
          tokenUrl: `${url}/token`,
        },
      };
    },
    token(request) {
      const form = request.form();
      if (form.get('grant_type') !== grantType)
        return refusedGrant('unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type')}`);
      const audience = `http://${request.headers.host}${request.path}`;
      const account = accountOf(form.get('assertion') ?? '', audience, clock.now(), byEmail);
      if (typeof account === 'string') return refusedGrant('invalid_grant', account);
      return { json: { access_token: issueFor(account), expires_in: lifeSeconds, token_type: 'Bearer' } };
    },
    principal({ headers }) {
      const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
      if (token === undefined) return 'missing';
      const found = tokens.get(token);
      if (found === undefined) return standing.get(token) ?? 'invalid';
      return clock.now() < found.expiresAt ? found.account : 'expired';
    },
    expireTokens() {
      for (const [token, { account }] of tokens) tokens.set(token, { account, expiresAt: 0 });
    },
    issue: (tenant) => issueFor(of(tenant)),
    standingToken(tenant) {
      const account = of(tenant);
      const token = `ya29.standing-${account.privateKeyId}`;
      standing.set(token, account);
      return token;
    },
  };
}

function refusedGrant(error: string, description: string): FakeResponse {
  return { status: 400, json: { error, error_description: description } };
}

/**
 * Whose assertion it is, or what is wrong with it, in the vendor's words.
 *
 * @see {@link https://developers.google.com/identity/protocols/oauth2/service-account#error-codes | Google: JWT error codes}
 */
function accountOf(
  assertion: string,
  audience: string,
  now: number,
  byEmail: FakeAccounts['byEmail'],
): FakeAccount | string {
  const [head = '', body = '', signature = '', ...more] = assertion.split('.');
  const header = partOf(head);
  const claims = partOf(body);
  if (header === undefined || claims === undefined || more.length > 0) return 'Invalid JWT: Failed parsing.';
  const account = byEmail(String(claims.iss));
  if (account === undefined) return 'Invalid grant: account not found';
  const isSigned =
    header.alg === 'RS256' &&
    verify('sha256', Buffer.from(`${head}.${body}`), account.publicKey, Buffer.from(signature, 'base64url'));
  if (!isSigned) return 'Invalid JWT Signature.';
  const { exp, iat } = claims;
  const seconds = now / 1_000;
  const isTimely =
    typeof exp === 'number' &&
    typeof iat === 'number' &&
    exp > seconds &&
    iat <= seconds + 60 &&
    exp - iat <= 3_600;
  if (!isTimely)
    return 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.';
  if (claims.aud !== audience) return 'Invalid JWT: Failed audience check.';
  return typeof claims.scope === 'string' && claims.scope !== '' ? account : 'Invalid JWT: no scope.';
}

function partOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // Not a part of a JWT: the caller says so in the vendor's words.
    return undefined;
  }
}
