/** The token endpoint, and who a token speaks for: https://developer.paypal.com/api/rest/authentication/ */
import type { Clock } from '@im/core';
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Account } from './account.ts';
import { word } from './ids.ts';
import { fieldsOf } from './requests.ts';

interface AccessToken {
  readonly account: Account;
  expiresAt: number;
}

/** PayPal's tokens last nine hours. */
const tokenSeconds = 32_400;

const deny = (status: number, error: string, error_description: string): FakeResponse => ({
  status,
  json: { error, error_description },
});

export function createTokens(clock: Clock, seed: number, accounts: ReadonlyMap<string, Account>) {
  const issued = new Map<string, AccessToken>();
  let count = 0;
  const byClient = (id: string) => [...accounts.values()].find(({ clientId }) => clientId === id);

  return {
    /** `POST /v1/oauth2/token` */
    issue(request: FakeRequest): FakeResponse {
      const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const [id = '', secret = ''] = Buffer.from(basic, 'base64')
        .toString('utf8')
        .split(':')
        .map(decodeURIComponent);
      const account = byClient(id);
      if (account?.clientSecret !== secret)
        return deny(401, 'invalid_client', 'Client Authentication failed');
      if (request.form().get('grant_type') !== 'client_credentials')
        return deny(400, 'unsupported_grant_type', 'unsupported grant_type');
      for (const [value, { expiresAt }] of issued) if (expiresAt < clock.now()) issued.delete(value);
      count += 1;
      const value = `A21AA${word(80, 'token', seed, count)}`;
      issued.set(value, { account, expiresAt: clock.now() + tokenSeconds * 1_000 });
      return {
        headers: { 'cache-control': 'no-store' },
        json: {
          scope:
            'https://uri.paypal.com/services/payments/payment https://uri.paypal.com/services/disputes/read-seller',
          access_token: value,
          token_type: 'Bearer',
          app_id: 'APP-80W284485P519543T',
          expires_in: tokenSeconds,
          nonce: `${new Date(clock.now()).toISOString()}${word(20, 'nonce', count)}`,
        },
      };
    },

    /** The account whose books the request is about: its own, or that of the merchant whom its assertion names. `undefined`: no good token. */
    accountOf(request: FakeRequest): Account | 'denied' | undefined {
      const token = issued.get(/^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '');
      if (token === undefined || token.expiresAt <= clock.now()) return undefined;
      const assertion = request.headers['paypal-auth-assertion'];
      if (assertion === undefined) return token.account;
      const { iss, payer_id: merchant } = claimsOf(assertion);
      if (iss !== token.account.clientId || typeof merchant !== 'string') return 'denied';
      if (merchant === token.account.merchantId) return token.account;
      return token.account.merchants.get(merchant) ?? 'denied';
    },

    /** Every token is refused from now on. */
    expire(): void {
      for (const token of issued.values()) token.expiresAt = 0;
    },

    /** How many were issued. */
    count: () => count,
  };
}

function claimsOf(jwt: string): Readonly<Record<string, unknown>> {
  const [header = '', payload = '', signature] = jwt.split('.');
  try {
    const read = (part: string) => fieldsOf(JSON.parse(Buffer.from(part, 'base64url').toString('utf8')));
    return read(header).alg === 'none' && signature === '' ? read(payload) : {};
  } catch {
    return {};
  }
}
