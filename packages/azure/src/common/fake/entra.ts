/**
 * Microsoft Entra ID for fakes: one directory and one app registration for each tenant, a token endpoint that checks the app's
 * secret, and tokens for one audience that expire by the clock.
 *
 * @see {@link https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow | Microsoft Entra: Client credentials}
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import type { FakeRequest, FakeResponse } from '@im/testing';

/** A tenant's app registration. */
export interface FakeApp {
  readonly tenant: string;
  /** Id of its directory, which Microsoft calls the tenant. */
  readonly directoryId: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Whose token a request carries; or why it is not taken. */
export type FakeCaller = FakeApp | 'missing' | 'invalid' | 'expired' | 'audience';

/** The directories of one fake. */
export interface FakeEntra {
  /** Made when it is first asked for. */
  of(tenant: string): FakeApp;
  /** Credentials that a tenant's application gives, for a fake at `url`. */
  credentials(
    tenant: string,
    url: string,
  ): {
    readonly type: 'service-principal';
    readonly tenantId: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly authority: string;
  };
  /** The token endpoint, `POST /:directory/oauth2/v2.0/token`. */
  token(request: FakeRequest): FakeResponse;
  /** @param audience the resource that tokens must be for: `https://vault.azure.net` */
  caller(request: Pick<FakeRequest, 'headers'>, audience: string): FakeCaller;
  /** Every token that was issued is refused as expired from now on. */
  expireTokens(): void;
  /** A token without the way through the token endpoint, good for an hour. */
  issue(tenant: string, audience: string): string;
}

/** The token endpoint's route in a fake. */
export const tokenRoute = 'POST /:directory/oauth2/v2.0/token';

const lifeSeconds = 3_599;

interface Issued {
  readonly app: FakeApp;
  readonly audience: string;
  readonly expiresAt: number;
}

/** Makes the directories. `seed` changes ids, secrets and tokens. */
export function createEntra(clock: Clock, seed = 1): FakeEntra {
  const apps = new Map<string, FakeApp>();
  const tokens = new Map<string, Issued>();
  let count = 0;

  const digest = (...parts: readonly (string | number)[]) =>
    createHash('sha256')
      .update(JSON.stringify([seed, ...parts]))
      .digest('hex');
  const of = (tenant: string): FakeApp => {
    let app = apps.get(tenant);
    if (app === undefined) {
      app = {
        tenant,
        directoryId: uuidOf(digest('directory', tenant)),
        clientId: uuidOf(digest('app', tenant)),
        clientSecret: `fake~${digest('secret', tenant).slice(0, 34)}`,
      };
      apps.set(tenant, app);
    }
    return app;
  };
  const issueFor = (app: FakeApp, audience: string): string => {
    count += 1;
    const token = `eyJfake.${digest('token', app.tenant, count)}`;
    tokens.set(token, { app, audience, expiresAt: clock.now() + lifeSeconds * 1_000 });
    return token;
  };

  return {
    of,
    credentials(tenant, url) {
      const { directoryId: tenantId, clientId, clientSecret } = of(tenant);
      return { type: 'service-principal', tenantId, clientId, clientSecret, authority: url };
    },
    token(request) {
      const form = request.form();
      const { directory } = request.params;
      const app = [...apps.values()].find(({ clientId }) => clientId === form.get('client_id'));
      if (![...apps.values()].some(({ directoryId }) => directoryId === directory))
        return refused(400, 'invalid_request', 90002, 'the directory was not found.');
      if (app === undefined || app.directoryId !== directory)
        return refused(400, 'unauthorized_client', 700016, 'the application was not found in the directory.');
      if (form.get('client_secret') !== app.clientSecret)
        return refused(401, 'invalid_client', 7000215, 'Invalid client secret provided.');
      if (form.get('grant_type') !== 'client_credentials')
        return refused(400, 'unsupported_grant_type', 70003, 'the grant type is not supported.');
      const [, audience] = /^(https:\/\/\S+)\/\.default$/.exec(form.get('scope') ?? '') ?? [];
      if (audience === undefined)
        return refused(400, 'invalid_scope', 70011, 'the scope must end with /.default.');
      const access_token = issueFor(app, audience);
      return {
        json: { token_type: 'Bearer', expires_in: lifeSeconds, ext_expires_in: lifeSeconds, access_token },
      };
    },
    caller({ headers }, audience) {
      const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
      if (token === undefined) return 'missing';
      const issued = tokens.get(token);
      if (issued === undefined) return 'invalid';
      if (clock.now() >= issued.expiresAt) return 'expired';
      return issued.audience === audience ? issued.app : 'audience';
    },
    expireTokens() {
      for (const [token, issued] of tokens) tokens.set(token, { ...issued, expiresAt: 0 });
    },
    issue: (tenant, audience) => issueFor(of(tenant), audience),
  };
}

function uuidOf(hex: string): string {
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** @see {@link https://learn.microsoft.com/entra/identity-platform/reference-error-codes | Microsoft Entra: Error codes} */
function refused(status: number, error: string, code: number, says: string): FakeResponse {
  return {
    status,
    json: { error, error_description: `AADSTS${code}: ${says}`, error_codes: [code] },
  };
}
