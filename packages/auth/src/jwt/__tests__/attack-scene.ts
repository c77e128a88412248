/** Keys, tokens and a verifier for attacks on it, and what every refusal must be like. */
import { inspect } from 'node:util';
import { IntegrationError, type LogFields, provide } from '@im/core';
import { createTransport, type Transport, transportKey } from '@im/http';
import { createVirtualClock } from '@im/testing';
import type { JWK } from 'jose';
import { afterAll, beforeAll, expect } from 'vitest';
import { serve } from '../../__tests__/serve.ts';
import { createKeySet } from '../key-set.ts';
import { createRemoteKeySet } from '../remote-key-set.ts';
import { createTokenVerifier, type TokenVerifierOptions } from '../verifier.ts';
import { craft, ecdsa, keyPair, type Signer } from './craft.ts';

export const clock = createVirtualClock();
export const now = clock.now() / 1_000;
export const ec = keyPair('ec', { kid: 'ec', alg: 'ES256' });
export const rs = keyPair('rsa', { kid: 'rs', alg: 'RS256' });
export const ps = keyPair('rsa', { kid: 'ps', alg: 'PS256' });
export const foreign = keyPair('ec', { kid: 'ec', alg: 'ES256' });
export const secret = Buffer.alloc(32, 7);

export const header = { alg: 'ES256', kid: 'ec', typ: 'at+jwt' };
export const claims = {
  iss: 'https://id.test',
  aud: 'api',
  sub: 'ada',
  tenant: 'acme',
  iat: now,
  exp: now + 600,
  jti: 'j1',
};
export const byUs = ecdsa(ec.privateKey);
export const good = () => craft(header, claims, byUs);
export const withHeader = (more: object, signer: Signer = byUs) =>
  craft({ ...header, ...more }, claims, signer);
export const withClaims = (more: object) => craft(header, { ...claims, ...more }, byUs);
export const without = (name: keyof typeof claims) => withClaims({ [name]: undefined });

/** Where the keys are published. */
export let published: { url: string };
export let server: Awaited<ReturnType<typeof serve>>;
export const requests: string[] = [];
let real: ReturnType<typeof createTransport>;
export const counting: Transport = (request) => {
  requests.push(request.url.href);
  return real(request);
};

/** Registers what must happen before and after the tests of a file. */
export function useScene(): void {
  beforeAll(async () => {
    real = createTransport();
    server = await serve(() => Response.json({ keys: [ec.jwk, rs.jwk, ps.jwk] }));
    published = { url: `${server.url}/jwks` };
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await real[Symbol.asyncDispose]();
  });
}

const lines: (readonly [string, LogFields | undefined])[] = [];
const log = (message: string, fields?: LogFields) => void lines.push([message, fields]);
const logger = { debug: log, info: log, warn: log, error: log };

export function verifier(options: Partial<TokenVerifierOptions> = {}) {
  return createTokenVerifier({
    issuer: 'https://id.test',
    audience: 'api',
    tenantClaim: 'tenant',
    keys: createRemoteKeySet({ url: published.url, clock, services: [provide(transportKey, counting)] }),
    clock,
    logger,
    ...options,
  });
}

/** A token that must be refused, by the name of the check that must do it. */
export interface Attempt {
  readonly reason: string | RegExp;
  readonly token: string;
  readonly tenant?: string;
  readonly options?: () => Promise<Partial<TokenVerifierOptions>>;
}
export const refuse = (reason: Attempt['reason'], ...tokens: readonly string[]): Attempt[] =>
  tokens.map((token) => ({ reason, token }));
export const withKeys =
  (keys: readonly JWK[], more: Partial<TokenVerifierOptions> = {}) =>
  async () => ({
    keys: await createKeySet({ keys }),
    ...more,
  });
export const swapped = (token: string, part: 0 | 1 | 2, change: (text: string) => string) =>
  token
    .split('.')
    .map((text, index) => (index === part ? change(text) : text))
    .join('.');
export const pem = (key: typeof ec) => key.publicKey.export({ type: 'spki', format: 'pem' });
export const der = (key: typeof ec) => key.publicKey.export({ type: 'spki', format: 'der' });

/** Tries one, and looks at the error, the log, the requests and the time. */
export async function expectRefused({ reason, token, tenant = 'acme', options }: Attempt): Promise<void> {
  const checking = verifier(await options?.());
  if (options === undefined) await checking.verify(good(), { tenant: 'acme' });
  requests.length = 0;
  lines.length = 0;
  // Of the CPU: a busy machine is not the verifier's doing.
  const before = process.cpuUsage();
  const error: unknown = await checking.verify(token, { tenant }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1_000).toBeLessThan(50);
  expect(error, token.slice(0, 200)).toBeInstanceOf(IntegrationError);
  expect(error).toMatchObject({ code: 'unauthenticated' });
  expect(String((error as IntegrationError).reason)).toMatch(
    typeof reason === 'string' ? new RegExp(`^${reason}$`) : reason,
  );
  expect(requests.filter((url) => url !== published.url)).toEqual([]);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.[1]).toMatchObject({ reason: (error as IntegrationError).reason });
  const shown = `${inspect(error, { depth: 9, showHidden: true })} ${inspect(lines, { depth: 9 })}`;
  for (const part of token.split('.').filter((one) => one.length > 20))
    expect(shown.includes(part)).toBe(false);
  expect(shown).not.toContain('ada');
}
