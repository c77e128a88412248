/**
 * An authorization server on loopback for tests of an application: discovery, keys, authorization code with PKCE, refresh, client credentials,
 * device, revocation, introspection, pushed requests, user info, and a small API that wants its tokens. Users agree at once.
 *
 * Faults of the network are scripted with `inject` of `@im/testing`; lies of the server with {@link AuthorizationServerFake.misbehave}.
 */
import { systemClock } from '@im/core';
import { type FakeRequest, type FakeResponse, startFakeServer } from '@im/testing';
import { randomToken, systemRandomBytes } from '../common/random.ts';
import { openIdProvider } from '../oauth/provider.ts';
import type { AuthorizationServerFake, AuthorizationServerOptions } from './authorization-server.types.ts';
import { clientIn, scopesIn } from './forms.ts';
import { type FakeClient, type FakeGrant, type IssuedPair, Ledger, OAuthRefusal } from './ledger.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { discoveryOf, makeKey, type ServerKey, signIdToken } from './server-keys.ts';

/** Making an RSA key takes a while, so the first of them is made once. */
let firstKey: ServerKey | undefined;

/** Starts it on a free port of 127.0.0.1. */
export async function startAuthorizationServer(
  options: AuthorizationServerOptions = {},
): Promise<AuthorizationServerFake> {
  const {
    clock = systemClock,
    rotation = 'always',
    expiresInSeconds = 3_600,
    randomBytes = systemRandomBytes,
  } = options;
  const clients = options.clients ?? [{ id: 'app', secret: 'secret-of-app' }];
  const ledger = new Ledger({ rotation, expiresInSeconds, randomBytes, now: () => clock.now() });
  firstKey ??= makeKey();
  let keys: readonly ServerKey[] = [firstKey];
  let lies: Misbehaviour = {};
  const pushed = new Map<string, URLSearchParams>();
  const devices = new Map<string, FakeGrant>();
  const seconds = () => Math.floor(clock.now() / 1_000);

  const idTokenFor = async ({ clientId, subject, nonce, authenticatedAt }: FakeGrant): Promise<string> => {
    const [key] = keys as readonly [ServerKey];
    const claims = {
      iss: issuer,
      sub: subject,
      aud: clientId,
      iat: seconds(),
      exp: seconds() + 300,
      auth_time: Math.floor(authenticatedAt / 1_000),
      ...(nonce !== undefined && { nonce }),
    };
    return signIdToken(key, claims, lies);
  };
  const answerWith = async ({ access, refresh, grant }: IssuedPair): Promise<FakeResponse> => {
    const body = {
      access_token: access,
      token_type: 'Bearer',
      expires_in: expiresInSeconds,
      scope: grant.scopes.join(' '),
      ...(refresh !== undefined && { refresh_token: refresh }),
      ...(grant.scopes.includes('openid') && { id_token: await idTokenFor(grant) }),
    };
    return { json: lies.tokens?.(body) ?? body, headers: { 'cache-control': 'no-store' } };
  };

  const grants: Readonly<Record<string, (form: URLSearchParams, client: FakeClient) => IssuedPair>> = {
    authorization_code: (form, { id }) =>
      ledger.redeem(form.get('code') ?? '', id, form.get('redirect_uri'), form.get('code_verifier')),
    refresh_token: (form, { id }) => ledger.refresh(form.get('refresh_token') ?? '', id),
    client_credentials: (form, { id }) =>
      ledger.issue(
        { clientId: id, subject: id, scopes: scopesIn(form), authenticatedAt: clock.now() },
        false,
      ),
    'urn:ietf:params:oauth:grant-type:device_code': (form) => {
      const grant = devices.get(form.get('device_code') ?? '');
      if (grant === undefined) throw new OAuthRefusal('invalid_grant');
      if (lies.decision === 'deny') throw new OAuthRefusal('access_denied');
      return ledger.issue(grant, true);
    },
  };

  const authorize = (request: FakeRequest): FakeResponse => {
    const asked = pushed.get(request.query.get('request_uri') ?? '') ?? request.query;
    const client = clients.find(({ id }) => id === asked.get('client_id'));
    const redirectUri = asked.get('redirect_uri') ?? '';
    if (client === undefined || !(client.redirectUris?.includes(redirectUri) ?? URL.canParse(redirectUri)))
      return { status: 400, body: 'unknown client or redirect_uri' };
    const back = new URL(redirectUri);
    const parameters = new URLSearchParams({ state: asked.get('state') ?? '', iss: issuer });
    const challenge = asked.get('code_challenge') ?? undefined;
    const isPlain = challenge !== undefined && asked.get('code_challenge_method') !== 'S256';
    if (isPlain || asked.get('response_type') !== 'code') parameters.set('error', 'invalid_request');
    else if (lies.decision === 'deny') parameters.set('error', 'access_denied');
    else {
      const grant: FakeGrant = {
        clientId: client.id,
        subject: asked.get('login_hint') ?? options.subject ?? 'ada',
        scopes: scopesIn(asked),
        nonce: asked.get('nonce') ?? undefined,
        authenticatedAt: clock.now(),
      };
      parameters.set('code', ledger.addCode(grant, redirectUri, challenge));
    }
    lies.callback?.(parameters);
    for (const [name, value] of parameters) back.searchParams.append(name, value);
    return { status: 302, headers: { location: back.href } };
  };

  const bearerOf = ({ headers }: FakeRequest): FakeGrant => {
    const grant = ledger.grantOf(/^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '');
    if (grant !== undefined) return grant;
    throw {
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
      json: { error: 'invalid_token' },
    };
  };
  const asClient =
    (work: (form: URLSearchParams, client: FakeClient) => FakeResponse | Promise<FakeResponse>) =>
    async (request: FakeRequest): Promise<FakeResponse> => {
      try {
        const form = request.form();
        return await work(form, clientIn(request, form, clients));
      } catch (thrown) {
        if (!(thrown instanceof OAuthRefusal)) throw thrown;
        const challenge = thrown.status === 401 ? { 'www-authenticate': 'Basic realm="token"' } : {};
        return { status: thrown.status, json: { error: thrown.error }, headers: challenge };
      }
    };

  const server = await startFakeServer({
    name: 'authorization-server',
    clock,
    expireTokens: () => ledger.expireAccessTokens(),
    routes: {
      'GET /.well-known/openid-configuration': () => {
        const document = discoveryOf(issuer);
        return { json: lies.discovery?.(document) ?? document };
      },
      'GET /jwks': () => {
        const published = keys.map(({ jwk }) => jwk);
        return { json: { keys: lies.keys?.(published) ?? published } };
      },
      'GET /authorize': authorize,
      'POST /token': asClient(async (form, client) => {
        const grant = grants[form.get('grant_type') ?? ''];
        if (grant === undefined) throw new OAuthRefusal('unsupported_grant_type');
        await lies.beforeTokens?.(form);
        const answer = await answerWith(grant(form, client));
        await lies.afterTokens?.(form);
        return answer;
      }),
      'POST /par': asClient((form) => {
        const uri = `urn:ietf:params:oauth:request_uri:${randomToken(randomBytes, 16)}`;
        pushed.set(uri, form);
        return { status: 201, json: { request_uri: uri, expires_in: 60 } };
      }),
      'POST /device': asClient((form, { id }) => {
        const device = randomToken(randomBytes);
        devices.set(device, {
          clientId: id,
          subject: options.subject ?? 'ada',
          scopes: scopesIn(form),
          authenticatedAt: clock.now(),
        });
        return {
          json: {
            device_code: device,
            user_code: 'WDJB-MJHT',
            verification_uri: `${issuer}/activate`,
            expires_in: 600,
            interval: 5,
          },
        };
      }),
      'POST /revoke': asClient((form) => {
        ledger.revoke(form.get('token') ?? '');
        return { status: 200 };
      }),
      'POST /introspect': asClient((form) => {
        const token = form.get('token') ?? '';
        const grant = ledger.grantOf(token) ?? ledger.grantOfRefresh(token);
        return {
          json:
            grant === undefined
              ? { active: false }
              : { active: true, sub: grant.subject, scope: grant.scopes.join(' ') },
        };
      }),
      'GET /userinfo': (request) => {
        const { subject } = bearerOf(request);
        const claims = { sub: subject, email: `${subject}@example.com`, email_verified: true, name: subject };
        return { json: lies.userInfo?.(claims) ?? claims };
      },
      'GET /api': (request) => ({ json: { subject: bearerOf(request).subject } }),
    },
  });
  const issuer = server.url;

  return {
    issuer,
    provider: openIdProvider(issuer, { id: 'fake', title: 'Fake', refresh: { rotation } }),
    counts: ledger.counts,
    server,
    async agree(url) {
      const answer = await fetch(url, { redirect: 'manual' });
      const location = answer.headers.get('location');
      if (location === null)
        throw new Error(`the authorization page answered ${answer.status}: ${await answer.text()}`);
      return new URL(location);
    },
    issue: (grant = {}) =>
      ledger.issue(
        {
          clientId: 'app',
          subject: options.subject ?? 'ada',
          scopes: [],
          authenticatedAt: clock.now(),
          ...grant,
        },
        true,
      ),
    misbehave(misbehaviour = {}) {
      lies = misbehaviour;
    },
    rotateKeys(keepsOld = false) {
      keys = [makeKey(), ...(keepsOld ? keys : [])];
    },
    expireAccessTokens: () => ledger.expireAccessTokens(),
    revokeSubject: (subject) => ledger.revokeSubject(subject),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
