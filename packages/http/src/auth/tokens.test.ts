import { type ChildProcess, fork } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Clock, memoryState, Secret, type StateStore } from '@im/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCall, createContext, errorOf, failureOf, json, startServer } from '../__tests__/support.ts';
import { startTokenServer, type TokenServer } from '../__tests__/token-server.ts';
import { createHttp } from '../client.ts';
import { createTransport, type OwnTransport } from '../shared-transport.ts';
import { authorizationUrl, createPkce, exchangeCode } from './authorization-code.ts';
import { clientCredentials, refreshToken } from './grants.ts';
import { signedJwt } from './signed-jwt.ts';
import type { TokenSource } from './token-source.ts';

/** Time that only the test moves; timers run when they are due. */
function manualClock(start: number): Clock & { now(): number; move(ms: number): void } {
  let now = start;
  const timers = new Set<{ due: number; run: () => void }>();
  return {
    now: () => now,
    schedule(delayMs, run) {
      const timer = { due: now + delayMs, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    move(ms) {
      now += ms;
      for (const timer of [...timers]) {
        if (timer.due > now) continue;
        timers.delete(timer);
        timer.run();
      }
    },
  };
}

const answer = z.object({ number: z.number() });

describe('token sources', () => {
  let issuer: TokenServer;
  let transport: OwnTransport;
  let state: StateStore;
  const clock = () => manualClock(Date.UTC(2030, 0, 1));

  beforeEach(async () => {
    issuer = await startTokenServer();
    transport = createTransport();
    state = memoryState();
  });
  afterEach(async () => {
    await transport[Symbol.asyncDispose]();
    await issuer[Symbol.asyncDispose]();
  });

  const account = (context = createContext({ transport, state })): TokenSource =>
    refreshToken(context, {
      tokenUrl: `${issuer.url}/token`,
      clientId: 'app',
      clientSecret: 's3cret',
      refreshToken: 'refresh-0',
    });
  const api = (token: TokenSource) =>
    createHttp(createContext({ transport }), { baseUrl: issuer.url, token });
  const now = () => ({ signal: new AbortController().signal });

  it('renew once for 500 callers at the same time', async () => {
    const http = api(account());
    const answers = await Promise.all(
      Array.from({ length: 500 }, () => http.get('api', answer, createCall())),
    );
    expect(new Set(answers.map(({ number }) => number))).toEqual(new Set([1]));
    expect(issuer.issued()).toBe(1);
  });

  it('renew once for four processes of 125 callers each, and no call fails', async () => {
    const children = await Promise.all(Array.from({ length: 4 }, () => startChild(issuer.url, 125, state)));
    const failed = await Promise.all(children.map((child) => child.run()));
    expect(failed).toEqual([0, 0, 0, 0]);
    expect(issuer.issued()).toBe(1);
    expect(issuer.reused()).toBe(0);
  }, 60_000);

  it('renew a refused token once, replay the calls, and never use a replaced refresh token', async () => {
    const http = api(account());
    for (let round = 1; round <= 3; round += 1) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, () => http.get('api', answer, createCall())),
      );
      expect(answers.every(({ number }) => number === round)).toBe(true);
      expect(issuer.issued()).toBe(round);
      issuer.expire();
    }
    expect(issuer.reused()).toBe(0);
  });

  it('do not replay an unsafe call, but renew for the next one', async () => {
    const http = api(account());
    await http.get('api', answer, createCall());
    issuer.expire();
    const call = createCall({ effect: 'unsafe' });
    expect(await failureOf(http.post('api', answer, call))).toMatchObject({ status: 401 });
    expect(call.sent()).toBe(1);
    await expect(http.post('api', answer, createCall({ effect: 'unsafe' }))).resolves.toEqual({ number: 2 });
  });

  it('renew again when the token that another process had got is refused too', async () => {
    const [one, other] = [api(account()), api(account())];
    await Promise.all([one.get('api', answer, createCall()), other.get('api', answer, createCall())]);
    issuer.expire();
    expect(await one.get('api', answer, createCall())).toEqual({ number: 2 });
    issuer.expire();
    // It still has the first one; the second stands in the store and is refused as well.
    expect(await other.get('api', answer, createCall())).toEqual({ number: 3 });
    expect([issuer.issued(), issuer.reused()]).toEqual([3, 0]);
  });

  it('do not use what was had with another client secret, and keep the newest refresh token', async () => {
    const having = (clientSecret: string) =>
      refreshToken(createContext({ transport, state }), {
        tokenUrl: `${issuer.url}/token`,
        clientId: 'app',
        clientSecret,
        refreshToken: 'refresh-0',
      });
    await having('old').get(now());
    expect((await having('old').get(now())).value.reveal()).toBe('access-1');
    expect((await having('new').get(now())).value.reveal()).toBe('access-2');
    expect((await having('new').get(now())).value.reveal()).toBe('access-2');
    expect([issuer.issued(), issuer.reused()]).toEqual([2, 0]);
  });

  it('try a refused token again only once', async () => {
    await using server = await startServer((_request, response) => json(response, {}, 401));
    const http = createHttp(createContext({ transport }), { baseUrl: server.url, token: account() });
    expect(await failureOf(http.get('x', answer, createCall()))).toMatchObject({ status: 401 });
    expect(server.requests).toHaveLength(2);
  });

  it('go on with the newest pair after a restart', async () => {
    await account().get(now());
    const restarted = account();
    expect((await restarted.get(now())).value.reveal()).toBe('access-1');
    const token = await restarted.get(now());
    expect((await restarted.refresh(token, now())).value.reveal()).toBe('access-2');
    expect(issuer.bodies.map((body) => body.get('refresh_token'))).toEqual(['refresh-0', 'refresh-1']);
  });

  it('renew shortly before the end, and keep the good token while the issuer is down', async () => {
    const time = clock();
    const source = account(createContext({ transport, state: memoryState(time), clock: time }));
    const first = await source.get(now());
    time.move(3_500_000);
    expect((await source.get(now())).value.reveal()).toBe(first.value.reveal());
    time.move(50_000);
    expect((await source.get(now())).value.reveal()).toBe('access-2');
    time.move(3_550_000);
    await issuer[Symbol.asyncDispose]();
    expect((await source.get(now())).value.reveal()).toBe('access-2');
    time.move(60_000);
    expect(await failureOf(source.get(now()))).toMatchObject({ sent: false, code: 'unavailable' });
    issuer = await startTokenServer();
  });

  it('let one caller go at once, and finish the renewal for the others', async () => {
    const source = account();
    const controller = new AbortController();
    const gone = errorOf(source.get({ signal: controller.signal }));
    const stays = source.get(now());
    const reason = new Error('no more');
    controller.abort(reason);
    expect(await gone).toBe(reason);
    expect((await stays).value.reveal()).toBe('access-1');
    expect(issuer.issued()).toBe(1);
  });

  it('say that the account must be connected again, without any token in the message', async () => {
    const source = refreshToken(createContext({ transport }), {
      tokenUrl: `${issuer.url}/token`,
      clientId: 'app',
      clientSecret: new Secret('s3cret'),
      refreshToken: new Secret('refresh-used-up'),
    });
    const failure = await failureOf(source.get(now()));
    expect(failure).toMatchObject({ code: 'unauthenticated', reason: 'invalid_grant', sent: false });
    expect(JSON.stringify(failure)).not.toContain('refresh-used-up');
    await failureOf(source.get(now()));
    expect(issuer.server.requests).toHaveLength(1);
  });

  it.each([
    ['basic', 'Basic YXBwOnMzY3JldA==', null],
    ['body', undefined, 's3cret'],
  ] as const)('show the client as %s (RFC 6749 §2.3.1)', async (authStyle, header, field) => {
    const source = clientCredentials(createContext({ transport }), {
      tokenUrl: `${issuer.url}/token`,
      clientId: 'app',
      clientSecret: 's3cret',
      scopes: ['a', 'b'],
      authStyle,
    });
    await expect(source.get(now())).resolves.toMatchObject({ scopes: ['a', 'b'] });
    expect(issuer.server.requests[0]?.headers.authorization).toBe(header);
    expect(issuer.bodies[0]?.get('client_secret')).toBe(field);
    expect(issuer.bodies[0]?.get('scope')).toBe('a b');
  });

  it('do not follow a redirect of the token endpoint', async () => {
    await using server = await startServer((_request, response) =>
      response.writeHead(307, { location: issuer.url }).end(),
    );
    const source = clientCredentials(createContext({ transport }), {
      tokenUrl: server.url,
      clientId: 'a',
      clientSecret: 'b',
    });
    expect(await failureOf(source.get(now()))).toMatchObject({ sent: false });
    expect(issuer.server.requests).toHaveLength(0);
  });

  it.each([
    [503, {}, 'unavailable'],
    [429, {}, 'resource_exhausted'],
    [200, { nonsense: true }, 'internal'],
    [401, { error: 'invalid_client' }, 'unauthenticated'],
  ])('give a typed error when the endpoint answers %d %j', async (status, body, code) => {
    await using server = await startServer((_request, response) => json(response, body, status));
    const source = clientCredentials(createContext({ transport }), {
      tokenUrl: server.url,
      clientId: 'a',
      clientSecret: 'b',
    });
    expect(await failureOf(source.get(now()))).toMatchObject({ sent: false, code });
  });

  it('announce when a refresh token or a key ends', () => {
    const context = createContext({ transport });
    refreshToken(context, { tokenUrl: issuer.url, clientId: 'a', refreshToken: 'b', refreshExpiresAt: 123 });
    signedJwt(context, { privateKey: 'x', algorithm: 'ES256', issuer: 'me', keyExpiresAt: 456 });
    expect(context.forecasts.map(({ kind, at }) => [kind, at])).toEqual([
      ['token', 123],
      ['key', 456],
    ]);
  });
});

describe('signed JWTs', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  it('are the credential themselves, and made anew before their end', async () => {
    const { jwtVerify } = await import('jose');
    const time = manualClock(Date.UTC(2030, 0, 1));
    const source = signedJwt(createContext({ clock: time }), {
      privateKey: new Secret(pem),
      algorithm: 'ES256',
      issuer: 'me',
      audience: 'you',
      keyId: 'k1',
    });
    const signal = new AbortController().signal;
    const first = await source.get({ signal });
    const verified = await jwtVerify(first.value.reveal(), createPublicKey(privateKey), {
      currentDate: new Date(time.now()),
      issuer: 'me',
      audience: 'you',
    });
    expect(verified.protectedHeader).toMatchObject({ alg: 'ES256', kid: 'k1' });
    expect((await source.get({ signal })).value.reveal()).toBe(first.value.reveal());
    time.move(580_000);
    expect((await source.get({ signal })).value.reveal()).not.toBe(first.value.reveal());
  });

  it('are traded for a token (RFC 7523 §2.1)', async () => {
    await using issuer = await startTokenServer();
    await using transport = createTransport();
    const source = signedJwt(createContext({ transport }), {
      privateKey: pem,
      algorithm: 'ES256',
      issuer: 'me',
      exchange: { tokenUrl: `${issuer.url}/token`, scopes: ['x'] },
    });
    expect((await source.get({ signal: new AbortController().signal })).value.reveal()).toBe('access-1');
    expect(issuer.bodies[0]?.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(issuer.bodies[0]?.get('assertion')).toMatch(/^ey/);
  });

  it('are not used any more once the private key was replaced under the same id', async () => {
    await using issuer = await startTokenServer();
    await using transport = createTransport();
    const state = memoryState();
    const having = (privateKey: string) =>
      signedJwt(createContext({ transport, state }), {
        privateKey,
        algorithm: 'ES256',
        keyId: 'k1',
        issuer: 'me',
        exchange: { tokenUrl: `${issuer.url}/token` },
      });
    const { signal } = new AbortController();
    expect((await having(pem).get({ signal })).value.reveal()).toBe('access-1');
    expect((await having(pem).get({ signal })).value.reveal()).toBe('access-1');
    const next = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const nextPem = next.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect((await having(nextPem).get({ signal })).value.reveal()).toBe('access-2');
    expect(await failureOf(having('not a key').get({ signal }))).toMatchObject({ reason: 'bad_key' });
  });

  it('say that a key does not fit, and not which it is', async () => {
    const source = signedJwt(createContext(), { privateKey: 'not a key', algorithm: 'RS256', issuer: 'me' });
    const failure = await failureOf(source.get({ signal: new AbortController().signal }));
    expect(failure).toMatchObject({ code: 'unauthenticated', reason: 'bad_key' });
    expect(failure.says).not.toContain('not a key');
  });
});

it('does not blame the issuer for a fault of ours', async () => {
  const fault = new TypeError('broken transport');
  const context = createContext({ transport: () => Promise.reject(fault) });
  const source = clientCredentials(context, {
    tokenUrl: 'http://127.0.0.1:9/',
    clientId: 'a',
    clientSecret: 'b',
  });
  expect(await errorOf(source.get({ signal: new AbortController().signal }))).toBe(fault);
});

describe('connecting an account', () => {
  it('asks with PKCE and trades the code (RFC 7636 §4)', async () => {
    await using issuer = await startTokenServer();
    await using transport = createTransport();
    const pkce = createPkce();
    const url = authorizationUrl({
      authorizeUrl: 'https://accounts.example.com/authorize?x=1',
      clientId: 'app',
      redirectUri: 'https://me.example/cb',
      scopes: ['a', 'b'],
      pkce,
    });
    expect(Object.fromEntries(url.searchParams)).toEqual({
      x: '1',
      response_type: 'code',
      client_id: 'app',
      redirect_uri: 'https://me.example/cb',
      scope: 'a b',
      state: pkce.state,
      code_challenge: pkce.codeChallenge,
      code_challenge_method: 'S256',
    });
    const callback = new URL(`https://me.example/cb?code=abc&state=${pkce.state}`);
    const options = {
      tokenUrl: `${issuer.url}/token`,
      clientId: 'app',
      redirectUri: 'https://me.example/cb',
      pkce,
    };
    const context = createContext({ transport });
    const tokens = await exchangeCode(context, { ...options, callback });
    expect([tokens.value.reveal(), tokens.refreshToken?.reveal()]).toEqual(['access-1', 'refresh-1']);
    expect(issuer.bodies[0]?.get('code_verifier')).toBe(pkce.codeVerifier);
    const others = [`code=abc&state=other`, 'code=abc', `state=${pkce.state}`].map(
      (query) => new URLSearchParams(query),
    );
    for (const other of others) {
      expect(await failureOf(exchangeCode(context, { ...options, callback: other }))).toMatchObject({
        code: 'invalid_argument',
        reason: 'bad_callback',
        sent: false,
      });
    }
    const denied = new URLSearchParams({ error: 'access_denied', state: pkce.state });
    expect(await failureOf(exchangeCode(context, { ...options, callback: denied }))).toMatchObject({
      code: 'permission_denied',
      reason: 'access_denied',
    });
    expect(issuer.issued()).toBe(1);
  });
});

interface Child {
  /** Starts its calls. @returns how many failed */
  run(): Promise<number>;
}

type ChildMessage =
  | { readonly ready: true }
  | { readonly failed: number }
  | {
      readonly id: number;
      readonly method: Exclude<keyof StateStore, symbol>;
      readonly args: readonly unknown[];
    };

function startChild(url: string, calls: number, state: StateStore): Promise<Child> {
  const script = fileURLToPath(new URL('../__tests__/stampede-child.ts', import.meta.url));
  const child: ChildProcess = fork(script, [url, String(calls)], { execArgv: ['--conditions=@im/source'] });
  let finished: (failed: number) => void;
  const done = new Promise<number>((resolve, reject) => {
    finished = resolve;
    child.once('exit', () => reject(new Error('the process ended early')));
  });
  return new Promise((resolve, reject) => {
    done.catch(reject);
    child.on('message', (message: ChildMessage) => {
      if ('ready' in message) {
        resolve({
          run: () => {
            child.send({ go: true });
            return done;
          },
        });
      } else if ('failed' in message) finished(message.failed);
      else {
        const member = state[message.method] as (...args: readonly unknown[]) => Promise<unknown>;
        // JSON makes null of undefined.
        const args = message.args.map((argument) => argument ?? undefined);
        void member(...args).then((value) => child.connected && child.send({ id: message.id, value }));
      }
    });
  });
}
