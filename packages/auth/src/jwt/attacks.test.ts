/** Every case of `vectors/jwt/attack-list.json`, built with fresh keys: refused, with the reason logged, and nothing leaked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { ConfigurationError, IntegrationError, type LogFields, memoryState, provide } from '@im/core';
import { createTransport, type Transport, transportKey } from '@im/http';
import { createVirtualClock } from '@im/testing';
import { describeVectors } from '@im/testing/vitest';
import type { JWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../__tests__/serve.ts';
import { createOneTime } from '../common/one-time.ts';
import { craft, ecdsa, encode, hmac, keyPair, nothing, pss, rsa, type Signer } from './__tests__/craft.ts';
import { createKeySet } from './key-set.ts';
import { createRemoteKeySet } from './remote-key-set.ts';
import { createTokenVerifier, type TokenVerifierOptions } from './verifier.ts';

const clock = createVirtualClock();
const now = clock.now() / 1_000;
const ec = keyPair('ec', { kid: 'ec', alg: 'ES256' });
const rs = keyPair('rsa', { kid: 'rs', alg: 'RS256' });
const ps = keyPair('rsa', { kid: 'ps', alg: 'PS256' });
const foreign = keyPair('ec', { kid: 'ec', alg: 'ES256' });
const secret = Buffer.alloc(32, 7);

const header = { alg: 'ES256', kid: 'ec', typ: 'at+jwt' };
const claims = {
  iss: 'https://id.test',
  aud: 'api',
  sub: 'ada',
  tenant: 'acme',
  iat: now,
  exp: now + 600,
  jti: 'j1',
};
const byUs = ecdsa(ec.privateKey);
const good = () => craft(header, claims, byUs);
const withHeader = (more: object, signer: Signer = byUs) => craft({ ...header, ...more }, claims, signer);
const withClaims = (more: object) => craft(header, { ...claims, ...more }, byUs);
const without = (name: keyof typeof claims) => withClaims({ [name]: undefined });

let published: { url: string };
let server: Awaited<ReturnType<typeof serve>>;
const requests: string[] = [];
const real = createTransport();
const counting: Transport = (request) => {
  requests.push(request.url.href);
  return real(request);
};

beforeAll(async () => {
  server = await serve(() => Response.json({ keys: [ec.jwk, rs.jwk, ps.jwk] }));
  published = { url: `${server.url}/jwks` };
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await real[Symbol.asyncDispose]();
});

const lines: (readonly [string, LogFields | undefined])[] = [];
const log = (message: string, fields?: LogFields) => void lines.push([message, fields]);
const logger = { debug: log, info: log, warn: log, error: log };

function verifier(options: Partial<TokenVerifierOptions> = {}) {
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
interface Attempt {
  readonly reason: string | RegExp;
  readonly token: string;
  readonly tenant?: string;
  readonly options?: () => Promise<Partial<TokenVerifierOptions>>;
}
const refuse = (reason: Attempt['reason'], ...tokens: readonly string[]): Attempt[] =>
  tokens.map((token) => ({ reason, token }));
const withKeys =
  (keys: readonly JWK[], more: Partial<TokenVerifierOptions> = {}) =>
  async () => ({
    keys: await createKeySet({ keys }),
    ...more,
  });
const swapped = (token: string, part: 0 | 1 | 2, change: (text: string) => string) =>
  token
    .split('.')
    .map((text, index) => (index === part ? change(text) : text))
    .join('.');
const pem = (key: typeof ec) => key.publicKey.export({ type: 'spki', format: 'pem' });
const der = (key: typeof ec) => key.publicKey.export({ type: 'spki', format: 'der' });

const attacks: Readonly<Record<string, () => readonly Attempt[]>> = {
  'alg-none': () => [
    ...['none', 'None', 'NONE', 'nOnE', undefined].flatMap((alg) => [
      ...refuse(
        'algorithm_not_allowed',
        withHeader({ alg }, () => Buffer.from('x')),
      ),
      ...refuse('malformed_token', withHeader({ alg }, nothing)),
    ]),
  ],
  'signature-empty': () =>
    ['HS256', 'RS256', 'ES256'].flatMap((alg) => refuse('malformed_token', withHeader({ alg }, nothing))),
  'key-confusion': () =>
    [pem(rs), der(rs), JSON.stringify(rs.jwk), pem(ec), der(ec), JSON.stringify(ec.jwk)].flatMap((key) => [
      ...refuse('algorithm_not_allowed', withHeader({ alg: 'HS256', kid: 'rs' }, hmac(key))),
      // Also where somebody allows HS256 beside public keys: the key is for its own algorithm.
      ...refuse('wrong_algorithm_for_key', withHeader({ alg: 'HS256', kid: 'rs' }, hmac(key))).map(
        (attempt) => ({
          ...attempt,
          options: withKeys([rs.jwk, ec.jwk], { algorithms: ['RS256', 'ES256', 'HS256'] }),
        }),
      ),
    ]),
  'alg-swap-within-family': () => [
    ...refuse('wrong_algorithm_for_key', withHeader({ alg: 'RS256', kid: 'ps' }, rsa(ps.privateKey))),
    ...refuse(
      'wrong_algorithm_for_key',
      withHeader({ alg: 'RS512', kid: 'rs' }, rsa(rs.privateKey, 'sha512')),
    ),
    ...refuse('wrong_algorithm_for_key', withHeader({ alg: 'PS256', kid: 'rs' }, pss(rs.privateKey))),
  ],
  'jwk-in-header': () => refuse('key_in_header', withHeader({ jwk: foreign.jwk }, ecdsa(foreign.privateKey))),
  'jku-foreign': () =>
    [
      'https://evil.test/jwks',
      `${published.url}.evil.test`,
      `${server.url}/redirect`,
      'http://169.254.169.254/',
    ].flatMap((jku) => refuse('key_in_header', withHeader({ jku }, ecdsa(foreign.privateKey)))),
  'x5u-foreign': () => [
    ...refuse('key_in_header', withHeader({ x5u: 'https://evil.test/c' }, ecdsa(foreign.privateKey))),
    ...refuse('bad_signature', withHeader({ x5c: [encode(der(foreign))] }, ecdsa(foreign.privateKey))),
  ],
  'kid-path': () =>
    [
      '../../../../dev/null',
      '/proc/sys/kernel/randomize_va_space',
      'file:///etc/passwd',
      '/etc/passwd',
      '__proto__',
      'constructor',
    ].flatMap((kid) => refuse('unknown_key', withHeader({ kid }, hmac('')))),
  'kid-sql': () =>
    [`a" UNION SELECT 'secret' -- `, "' OR '1'='1", 'a`; DROP TABLE keys; --'].flatMap((kid) =>
      refuse('unknown_key', withHeader({ kid }, hmac('secret'))),
    ),
  'kid-command': () =>
    ['key|/usr/bin/id', '$(id)', '`id`'].flatMap((kid) => refuse('unknown_key', withHeader({ kid }))),
  'ecdsa-zero': () => {
    const n = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
    const zero = Buffer.alloc(32);
    return [
      [zero, zero],
      [n, n],
      [zero, n],
      [n, zero],
      [Buffer.alloc(32, 255), Buffer.alloc(32, 255)],
    ].flatMap((rs) =>
      refuse(
        'bad_signature',
        withHeader({}, () => Buffer.concat(rs)),
      ),
    );
  },
  'ecdsa-der': () => refuse('bad_signature', withHeader({}, ecdsa(ec.privateKey, 'der'))),
  'exp-passed': () =>
    refuse('token_expired', withClaims({ iat: now - 600, exp: now - 31 }), withClaims({ exp: 0, iat: 0 })),
  'exp-missing': () => refuse('missing_claim', without('exp')),
  'exp-text': () => [
    ...refuse(
      'malformed_time',
      withClaims({ exp: '9999999999' }),
      withClaims({ exp: null }),
      withClaims({ exp: -1 }),
    ),
    ...refuse(
      'malformed_time',
      craft(header, JSON.stringify(claims).replace(/"exp":\d+/, '"exp":1e400'), byUs),
    ),
  ],
  'nbf-future': () => refuse('token_not_yet_valid', withClaims({ nbf: now + 31 })),
  'iat-future': () => refuse('issued_in_future', withClaims({ iat: now + 31 })),
  'iss-other': () =>
    ['https://other.test', 'https://id.test/', 'https://ID.test', ['https://id.test'], undefined].flatMap(
      (iss) => refuse('wrong_issuer', withClaims({ iss })),
    ),
  'aud-other': () =>
    ['other', ['other', 'more'], undefined, 'ap', 'api2', [], [7, 'api'], { api: true }].flatMap((aud) =>
      refuse('wrong_audience', withClaims({ aud })),
    ),
  'typ-confusion': () =>
    ['JWT', 'logout+jwt', 'dpop+jwt', undefined, 7].flatMap((typ) =>
      refuse('wrong_type', withHeader({ typ })),
    ),
  'tenant-confusion': () => [
    ...[good(), withClaims({ tenant: 'ACME' }), withClaims({ tenant: 'acme/globex' })].map((token) => ({
      reason: 'wrong_tenant',
      token,
      tenant: 'globex',
    })),
    ...refuse('wrong_tenant', withClaims({ tenant: undefined }), withClaims({ tenant: ['acme'] })),
  ],
  'crit-unknown': () =>
    [{ crit: ['exp2'], exp2: 1 }, { crit: [] }, { crit: 'exp' }, { crit: ['b64'], b64: true }].flatMap(
      (more) => refuse('unknown_extension', withHeader(more)),
    ),
  'b64-without-crit': () => refuse('unknown_extension', withHeader({ b64: false })),
  'duplicate-members': () => [
    ...refuse(
      'malformed_header',
      craft('{"alg":"none","alg":"ES256","kid":"ec","typ":"at+jwt"}', claims, byUs),
    ),
    ...['"exp":1,', '"sub":"root",', '"\\u0073ub":"root",'].flatMap((more) =>
      refuse('malformed_claims', craft(header, JSON.stringify(claims).replace('{', `{${more}`), byUs)),
    ),
    ...refuse(
      'malformed_claims',
      craft(header, JSON.stringify({ ...claims, a: 0 }).replace('"a":0', '"a":{"b":1,"b":2}'), byUs),
    ),
  ],
  'json-serialisation': () => {
    const [protectedHeader, payload, signature] = good().split('.');
    const flat = { payload, protected: protectedHeader, signature };
    const general = {
      payload,
      signatures: [
        { protected: protectedHeader, signature },
        { protected: protectedHeader, signature },
      ],
    };
    return refuse(
      'malformed_token',
      JSON.stringify(flat),
      JSON.stringify(general),
      `${good()}.{"payload":"${payload}"}`,
    );
  },
  'nested-jwe-zip': () =>
    refuse(
      'malformed_token',
      [encode('{"alg":"dir","enc":"A256GCM","zip":"DEF"}'), '', 'AAAA', 'AAAA', 'AAAA'].join('.'),
    ),
  'pbes2-iterations': () =>
    refuse(
      'malformed_token',
      [
        encode('{"alg":"PBES2-HS256+A128KW","p2c":2147483647,"enc":"A128GCM"}'),
        'AAAA',
        'AAAA',
        'AAAA',
        'AAAA',
      ].join('.'),
    ),
  'invalid-curve': () =>
    refuse(
      'malformed_token',
      [
        encode('{"alg":"ECDH-ES","epk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}'),
        '',
        'AAAA',
        'AAAA',
        'AAAA',
      ].join('.'),
    ),
  'base64-loose': () => {
    const looser = [
      (part: string) => `${part}=`,
      (part: string) => `${part} `,
      (part: string) => `\n${part}`,
      (part: string) => part.replace(/[-_]/, (found) => (found === '-' ? '+' : '/')),
      (part: string) => `${part.slice(0, 3)}+${part.slice(4)}`,
    ];
    const token = good();
    return ([0, 1, 2] as const).flatMap((part) =>
      [...looser, otherLastCharacter]
        .map((change) => swapped(token, part, change))
        .filter((loose) => loose !== token)
        .flatMap((loose) => refuse(/^(malformed_token|bad_signature)$/, loose)),
    );
  },
  oversize: () => [
    ...[16_384, 1_000_000, 100_000_000].flatMap((size) =>
      refuse('oversized_token', `${good()}${'A'.repeat(size)}`),
    ),
    ...refuse('oversized_token', '.'.repeat(10_000)),
    ...refuse('malformed_token', '.'.repeat(8_000)),
  ],
  'kid-absent-many': () => [
    {
      reason: 'ambiguous_key',
      token: withHeader({ kid: undefined }),
      options: withKeys([
        { ...ec.jwk, kid: 'a' },
        { ...foreign.jwk, kid: 'b' },
      ]),
    },
  ],
};

/** The same bytes, written with bits in the last character that mean nothing. */
function otherLastCharacter(part: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = alphabet[alphabet.indexOf(part.at(-1) ?? 'A') + 1] ?? '-';
  return `${part.slice(0, -1)}${last}`;
}

/** Cases that are not about one token. */
const others: Readonly<Record<string, () => Promise<void>>> = {
  'kid-unknown-flood': async () => {
    const keys = createRemoteKeySet({
      url: published.url,
      clock,
      services: [provide(transportKey, counting)],
    });
    const flooded = verifier({ keys });
    await flooded.verify(good(), { tenant: 'acme' });
    await clock.advance(30_000);
    requests.length = 0;
    for (let index = 0; index < 1_000; index += 1) {
      await expect(
        flooded.verify(withHeader({ kid: `k${index}` }), { tenant: 'acme' }),
      ).rejects.toMatchObject({
        reason: 'unknown_key',
      });
      if (index % 100 === 0) await clock.advance(1_000);
    }
    expect(requests).toEqual([published.url]);
    await flooded.verify(craft(header, { ...claims, iat: now + 40, exp: now + 600 }, byUs), {
      tenant: 'acme',
    });
  },
  'weak-hmac-key': async () => {
    const weak = createKeySet({
      keys: [{ kty: 'oct', alg: 'HS256', kid: 'w', k: encode(Buffer.alloc(31, 'w')) }],
    });
    await expect(weak).rejects.toThrow(ConfigurationError);
    await expect(weak).rejects.toThrow(/keys\[0\] is shorter than the 32 bytes that HS256 needs/);
  },
  'small-rsa': async () => {
    const { jwk } = keyPair('rsa', { kid: 'small', alg: 'RS256' }, 1_024);
    await expect(createKeySet({ keys: [jwk] })).rejects.toThrow(/fewer than 2048 bits/);
  },
  'use-enc': async () => {
    await expect(createKeySet({ keys: [{ ...ec.jwk, use: 'enc' }] })).rejects.toThrow(/not for signatures/);
    await expect(createKeySet({ keys: [{ ...ec.jwk, key_ops: ['sign'] }] })).rejects.toThrow(
      /not for verifying/,
    );
  },
  'replay-jti': async () => {
    const once = verifier({ oneTime: createOneTime(memoryState(clock), clock) });
    const token = craft(header, { ...claims, iat: clock.now() / 1_000, exp: clock.now() / 1_000 + 60 }, byUs);
    await once.verify(token, { tenant: 'acme' });
    await expect(once.verify(token, { tenant: 'acme' })).rejects.toMatchObject({ reason: 'token_replayed' });
    const [one, other] = await Promise.allSettled(
      [1, 2].map(() => once.verify(craft(header, { ...claims, jti: 'j2' }, byUs), { tenant: 'acme' })),
    );
    expect([one?.status, other?.status].sort()).toEqual(['fulfilled', 'rejected']);
  },
};

async function expectRefused({ reason, token, tenant = 'acme', options }: Attempt): Promise<void> {
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

it('the tokens that attacks are made of are accepted as they are', async () => {
  await expect(verifier().verify(good(), { tenant: 'acme' })).resolves.toMatchObject({
    subject: 'ada',
    tenant: 'acme',
  });
  await verifier().verify(withHeader({ alg: 'RS256', kid: 'rs' }, rsa(rs.privateKey)), { tenant: 'acme' });
  await verifier().verify(withHeader({ alg: 'PS256', kid: 'ps' }, pss(ps.privateKey)), { tenant: 'acme' });
  const shared = await createKeySet({ keys: [{ kty: 'oct', alg: 'HS256', kid: 'h', k: encode(secret) }] });
  await verifier({ keys: shared, algorithms: ['HS256'] }).verify(
    withHeader({ alg: 'HS256', kid: 'h' }, hmac(secret)),
    {
      tenant: 'acme',
    },
  );
});

describe('a token verifier refuses', () => {
  for (const [id, build] of Object.entries(attacks))
    it(id, async () => {
      for (const attempt of build()) await expectRefused(attempt);
    });
  for (const [id, run] of Object.entries(others)) it(id, run);
});

describeVectors('the list of attacks on JWTs', 'jwt', (folder) => {
  const { cases } = JSON.parse(readFileSync(join(folder, 'attack-list.json'), 'utf8')) as {
    readonly cases: readonly { readonly id: string }[];
  };
  it('has a test above for each of its cases', () => {
    expect(cases.map(({ id }) => id).filter((id) => !(id in attacks || id in others))).toEqual([]);
    expect(cases.length).toBeGreaterThan(30);
  });
});
