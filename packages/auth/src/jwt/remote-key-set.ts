/**
 * Keys that an issuer publishes (RFC 7517 §5), fetched when they are first needed.
 *
 * 1. A set is believed for as long as its `cache-control` says, within bounds.
 * 2. After that it is fetched again, by one request for all who wait. Where that fails, the last good set goes on to be used, and nobody asks
 *    again before the cool-down is over.
 * 3. A token whose `kid` is not in the set has it fetched ahead of time, but never within the cool-down after the last fetch: a flood of
 *    made-up names is one request.
 * 4. A set that is too large, is not JSON, or cannot be trusted (`key-set.ts`) changes nothing.
 *
 * Only the configured address is asked: no redirect is followed, and nothing in a token can name another.
 */
import { IntegrationError, type Logger, silentLogger, systemClock, VendorError } from '@im/core';
import { z } from 'zod';
import { createFetch, type FetchOptions, failureFields } from '../common/fetch.ts';
import { type KeySet, readKeySet, type VerificationKeys } from './key-set.ts';

/** Settings of {@link createRemoteKeySet}. */
export interface RemoteKeySetOptions extends FetchOptions {
  /** Address of the set, from your settings. Its host may be asked as it is, also by `http` or at a private address. */
  readonly url: string | URL;
  /**
   * Set where the address itself came from elsewhere, such as a discovery document: then only this is allowed, by the rules of `egress` of
   * `@im/http`, and public addresses by https.
   */
  readonly allow?: readonly string[] | undefined;
  /** Milliseconds for which a set is believed that says nothing else. Default 600,000; an answer may say 60,000 to 86,400,000. */
  readonly cacheMs?: number | undefined;
  /** Milliseconds after a fetch before an unknown `kid` or a failure leads to another. Default 30,000, which is the least. */
  readonly cooldownMs?: number | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

const minCooldownMs = 30_000;
const cacheBounds = { leastMs: 60_000, mostMs: 86_400_000 };

const wireKeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(200) });

/** Makes it. Nothing is fetched yet. */
export function createRemoteKeySet(options: RemoteKeySetOptions): VerificationKeys {
  const { clock = systemClock, logger = silentLogger, cacheMs = 600_000 } = options;
  const cooldownMs = Math.max(options.cooldownMs ?? minCooldownMs, minCooldownMs);
  const url = new URL(options.url);
  const { allow } = options;
  const fetch = createFetch(allow === undefined ? { allow: [], onPurpose: [url] } : { allow }, options);
  let known: KeySet | undefined;
  let staleAt = Number.NEGATIVE_INFINITY;
  let askedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let fetching: Promise<KeySet> | undefined;

  const ask = async (): Promise<KeySet> => {
    askedAt = clock.now();
    const response = await fetch(url, { headers: { accept: 'application/jwk-set+json, application/json' } });
    if (response.status !== 200) throw unusable(`the answer has status ${response.status}`);
    const set = await trustedSet(await response.text(), logger);
    staleAt = clock.now() + lifeOf(response.headers.get('cache-control'), cacheMs);
    return set;
  };
  /** One request for all who ask meanwhile. @throws when it fails and there is no set from before */
  const refresh = (): Promise<KeySet> => {
    fetching ??= ask()
      .then(
        (set) => {
          failure = undefined;
          known = set;
          return set;
        },
        (error: unknown) => {
          failure = error;
          logger.warn('auth: a key set could not be fetched', {
            host: url.host,
            hasLastGood: known !== undefined,
            ...failureFields(error),
          });
          if (known === undefined) throw unavailable(error);
          return known;
        },
      )
      .finally(() => {
        fetching = undefined;
      });
    return fetching;
  };
  const isCooling = () => clock.now() < askedAt + cooldownMs;

  return {
    current() {
      if (known !== undefined && (clock.now() < staleAt || (failure !== undefined && isCooling())))
        return known;
      if (known === undefined && failure !== undefined && isCooling()) throw unavailable(failure);
      return refresh();
    },
    async renew() {
      if (fetching !== undefined) return fetching;
      return known === undefined || !isCooling() ? refresh() : known;
    },
  };
}

/** @throws VendorError when it is no set, or none to be trusted */
async function trustedSet(text: string, logger: Logger): Promise<KeySet> {
  let read: ReturnType<typeof wireKeySet.safeParse>;
  try {
    read = wireKeySet.safeParse(JSON.parse(text));
  } catch {
    throw unusable('the answer is not JSON');
  }
  if (!read.success) throw unusable('the answer is not a key set');
  const { keys } = read.data;
  if (keys.some(({ kty }) => kty === 'oct')) throw unusable('the set holds a shared secret');
  const { set, faults } = await readKeySet({ keys });
  const grave = faults.find(({ isGrave }) => isGrave);
  if (grave !== undefined) throw unusable(`${grave.path} ${grave.says}`);
  for (const { path, says } of faults) logger.debug('auth: a published key is not used', { path, says });
  return set;
}

/** `max-age`, within bounds. */
function lifeOf(cacheControl: string | null, otherwiseMs: number): number {
  const [, seconds] = /(?:^|,)\s*max-age="?(\d{1,9})/i.exec(cacheControl ?? '') ?? [];
  const ms = seconds === undefined ? otherwiseMs : Number(seconds) * 1_000;
  return Math.min(Math.max(ms, cacheBounds.leastMs), cacheBounds.mostMs);
}

function unusable(says: string): VendorError {
  return new VendorError({ sent: true, code: 'internal', reason: 'bad_key_set', says });
}

/** What whoever presented a token is told: nothing is wrong with it. */
function unavailable(cause: unknown): IntegrationError {
  return new IntegrationError(
    'tokens cannot be verified now: the issuer’s keys cannot be had',
    { code: 'unavailable', reason: 'no_keys' },
    { cause },
  );
}
