/**
 * What Spotify's errors mean. Two shapes: of the API `{ error: { status, message, reason? } }`, whose `reason` only the
 * player sets, and of the accounts service `{ error, error_description }`.
 */
import type { ErrorTable, VendorFailure } from '@im/core';
import { z } from 'zod';

const reconnect = 'reconnect the account';

/** Our name for the refusal of an app's own token where a user's is needed. */
export const userRequired = 'user_required';

/** Reasons of the player that ask for another state of it: https://developer.spotify.com/documentation/web-api/reference/start-a-users-playback */
const wrongState =
  /^(NO_PREV_TRACK|NO_NEXT_TRACK|NO_SPECIFIC_TRACK|ALREADY_PAUSED|NOT_PAUSED|NOT_PLAYING_LOCALLY|NOT_PLAYING_TRACK|NOT_PLAYING_CONTEXT|ENDLESS_CONTEXT|CONTEXT_DISALLOW|ALREADY_PLAYING|REMOTE_CONTROL_DISALLOW|DEVICE_NOT_CONTROLLABLE|VOLUME_CONTROL_DISALLOW)$/;

export const spotifyErrors: ErrorTable = {
  docs: 'https://developer.spotify.com/documentation/web-api/concepts/api-calls#response-status-codes',
  rows: [
    // The accounts service: https://datatracker.ietf.org/doc/html/rfc6749#section-5.2
    {
      reason: 'invalid_client',
      code: 'unauthenticated',
      says: 'client id or secret refused',
      remedy: 'check clientId and clientSecret',
    },
    {
      reason: 'invalid_grant',
      code: 'unauthenticated',
      says: 'the account no longer gives access',
      remedy: reconnect,
    },
    {
      reason: 'unauthorized_client',
      code: 'permission_denied',
      says: 'the app may not use this way of signing in',
      remedy: 'check the app in the developer dashboard',
    },
    {
      reason: 'invalid_scope',
      code: 'invalid_argument',
      says: 'a scope is unknown',
      remedy: 'check the scopes',
    },
    { reason: 'unsupported_grant_type', code: 'invalid_argument', says: 'the way of signing in is unknown' },
    {
      reason: 'access_denied',
      code: 'permission_denied',
      says: 'the user did not agree',
      remedy: 'ask again',
    },
    // The player
    {
      reason: 'NO_ACTIVE_DEVICE',
      code: 'failed_precondition',
      says: 'no device is active',
      remedy: 'open Spotify somewhere, or name a device',
    },
    { reason: 'PREMIUM_REQUIRED', code: 'permission_denied', says: 'the account has no Spotify Premium' },
    { reason: 'RATE_LIMITED', code: 'resource_exhausted', says: 'too many commands to the player' },
    { reason: wrongState, code: 'failed_precondition', says: 'the player does not allow that now' },
    // The API
    { status: 400, code: 'invalid_argument' },
    {
      status: 401,
      reason: 'token_expired',
      code: 'unauthenticated',
      says: 'token expired',
      remedy: reconnect,
    },
    {
      status: 401,
      reason: userRequired,
      code: 'unauthenticated',
      says: "this operation needs a user's account",
      remedy: 'use the flow `authorization-code` or `pkce`',
    },
    { status: 401, code: 'unauthenticated', says: 'token refused', remedy: reconnect },
    {
      status: 403,
      reason: 'insufficient_scope',
      code: 'permission_denied',
      says: 'a scope is missing',
      remedy: `${reconnect} with the scopes of this operation`,
    },
    { status: 403, code: 'permission_denied', says: 'not allowed for this account or app' },
    { status: 404, code: 'not_found', says: 'no such thing, or not for this account or market' },
    { status: 413, code: 'invalid_argument', says: 'the body is too large' },
    {
      status: 429,
      code: 'resource_exhausted',
      effect: 'none',
      says: 'more calls than the app may make in 30 seconds',
    },
    { status: [500, 599], code: 'unavailable', says: 'Spotify failed' },
  ],
};

/** Names for what Spotify says in words only. */
const reasons: readonly { readonly status: number; readonly message: RegExp; readonly reason: string }[] = [
  { status: 401, message: /expired/i, reason: 'token_expired' },
  { status: 401, message: /user authentication/i, reason: userRequired },
  { status: 401, message: /token/i, reason: 'invalid_token' },
  { status: 403, message: /scope/i, reason: 'insufficient_scope' },
];

const wireError = z.union([
  z.object({ error: z.object({ message: z.string().optional(), reason: z.string().optional() }) }),
  z.object({ error: z.string(), error_description: z.string().optional() }),
]);

/**
 * Reads either shape of error body.
 *
 * @returns the vendor's name of the error, or ours where it has none, and its own words, cut to 200 characters
 */
export function readSpotifyError(status: number, body: unknown): Pick<VendorFailure, 'reason' | 'says'> {
  const { data } = wireError.safeParse(body);
  if (data === undefined) return {};
  if ('error_description' in data || typeof data.error === 'string') return { reason: String(data.error) };
  const { message = '', reason } = data.error;
  const named = reason ?? reasons.find((row) => row.status === status && row.message.test(message))?.reason;
  return { reason: named, says: message === '' ? undefined : `Spotify says "${message.slice(0, 200)}"` };
}
