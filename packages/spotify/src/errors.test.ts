import { readdirSync, readFileSync } from 'node:fs';
import { isIntegrationError } from '@im/core';
import { describe, expect, test } from 'vitest';
import { openBench } from './__tests__/connect.ts';
import { readSpotifyError, spotifyErrors } from './errors.ts';
import { sampleIds } from './testing.ts';

const folder = new URL('__fixtures__/', import.meta.url);

interface Fixture {
  readonly status: number;
  readonly body: unknown;
}

const read = (name: string): Fixture => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));

/** Reply of the vendor → code, and the name it is known by. */
const replies: readonly (readonly [fixture: string, code: string, reason: string | undefined])[] = [
  ['accounts-invalid-client', 'unauthenticated', 'invalid_client'],
  ['accounts-invalid-grant', 'unauthenticated', 'invalid_grant'],
  ['accounts-unauthorized-client', 'permission_denied', 'unauthorized_client'],
  ['accounts-invalid-scope', 'invalid_argument', 'invalid_scope'],
  ['accounts-unsupported-grant-type', 'invalid_argument', 'unsupported_grant_type'],
  ['accounts-access-denied', 'permission_denied', 'access_denied'],
  ['player-no-active-device', 'failed_precondition', 'NO_ACTIVE_DEVICE'],
  ['player-premium-required', 'permission_denied', 'PREMIUM_REQUIRED'],
  ['player-rate-limited', 'resource_exhausted', 'RATE_LIMITED'],
  ['player-wrong-state', 'failed_precondition', 'NO_NEXT_TRACK'],
  ['api-bad-request', 'invalid_argument', undefined],
  ['api-token-expired', 'unauthenticated', 'token_expired'],
  ['api-user-required', 'unauthenticated', 'user_required'],
  ['api-token-invalid', 'unauthenticated', 'invalid_token'],
  ['api-insufficient-scope', 'permission_denied', 'insufficient_scope'],
  ['api-forbidden', 'permission_denied', undefined],
  ['api-not-found', 'not_found', undefined],
  ['api-body-too-large', 'invalid_argument', undefined],
  ['api-rate-limit', 'resource_exhausted', undefined],
  ['api-server-error', 'unavailable', undefined],
];

describe('every row of the table', () => {
  test('has a reply of the vendor, and every reply stands here', () => {
    expect(replies).toHaveLength(spotifyErrors.rows.length);
    expect(replies.map(([name]) => `${name}.json`).sort()).toEqual(readdirSync(folder).sort());
  });

  test.each(replies)('%s means %s', async (name, code, reason) => {
    await using bench = await openBench();
    const { status, body } = read(name);
    const client = bench.client({ resilience: { retry: false } });
    bench.fake.inject({
      path: /^\/v1\//,
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status, body: JSON.stringify(body) },
    });
    const row = spotifyErrors.rows[replies.findIndex(([one]) => one === name)];
    const error = await bench.failure(client.getTrack(sampleIds.track));
    expect(error).toMatchObject({
      code,
      status,
      message: expect.stringContaining(row?.says ?? 'Invalid limit'),
    });
    expect(isIntegrationError(error) && error.reason).toBe(reason);
  });
});

test('a body that is no error of the vendor says nothing', () => {
  for (const body of [undefined, 'Bad gateway', null, [], { message: 'x' }, { error: 7 }]) {
    expect(readSpotifyError(502, body)).toEqual({});
  }
});
