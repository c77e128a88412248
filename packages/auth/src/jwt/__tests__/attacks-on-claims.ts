/** Attacks by what a token that is signed says. */
import {
  type Attempt,
  byUs,
  claims,
  good,
  header,
  now,
  refuse,
  withClaims,
  without,
} from './attack-scene.ts';
import { craft } from './craft.ts';

/** By the id of the case in `vectors/jwt/attack-list.json`, where it has one. */
export const attacksOnClaims: Readonly<Record<string, () => readonly Attempt[]>> = {
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
  'tenant-confusion': () => [
    ...[good(), withClaims({ tenant: 'ACME' }), withClaims({ tenant: 'acme/globex' })].map((token) => ({
      reason: 'wrong_tenant',
      token,
      tenant: 'globex',
    })),
    ...refuse('wrong_tenant', withClaims({ tenant: undefined }), withClaims({ tenant: ['acme'] })),
  ],
};
