/** Attacks by the algorithm, the key, or the place that a key is said to be at. */
import {
  type Attempt,
  der,
  ec,
  foreign,
  pem,
  ps,
  published,
  refuse,
  rs,
  server,
  withHeader,
  withKeys,
} from './attack-scene.ts';
import { ecdsa, encode, hmac, nothing, pss, rsa } from './craft.ts';

/** By the id of the case in `vectors/jwt/attack-list.json`, where it has one. */
export const attacksOnKeys: Readonly<Record<string, () => readonly Attempt[]>> = {
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
