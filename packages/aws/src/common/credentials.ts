/**
 * Credentials of one integration: kept in memory, fetched once for all who ask, renewed before they end.
 *
 * 1. Static keys are there at once and never change.
 * 2. All others come from the SDK's providers (`providers.ts`). Some are kept until a while before their end: five minutes or
 *    a fifth of their life, whichever is less, give or take a quarter, so that a fleet does not ask STS at one instant.
 * 3. When the renewal fails while the old ones are still good, the old ones are given, and the next try waits a little.
 * 4. What AWS refused as expired is not given again.
 */
import { type IntegrationContext, Secret, unlessAborted, VendorError } from '@im/core';
import type { AccessToken, TokenSource } from '@im/http';
import type { AwsCredentials, AwsIdentity } from './identity.ts';
import type { AwsOptions } from './options.ts';
import { identityOf, issuerOf, optionSecrets } from './providers.ts';

/** What the credentials need of a provider's context. */
export type CredentialContext = Pick<
  IntegrationContext<AwsOptions>,
  'options' | 'clock' | 'random' | 'forecast' | 'logger' | 'service' | 'egress' | 'onClose'
>;

/** Milliseconds before their end at which credentials are renewed. */
const renewBeforeMs = 5 * 60_000;
/** Credentials that end sooner than this are not given to anyone. */
const lastMomentMs = 5_000;
/** Milliseconds for one fetch; the chain may ask several places. */
const fetchTimeoutMs = 30_000;
/** Milliseconds until the next try when a renewal ahead of the end has failed. */
const afterFailureMs = 30_000;

/** Makes the credentials of one integration. Fetches nothing before the first `get`. */
export function createCredentials(context: CredentialContext): AwsCredentials {
  const { credentials } = context.options;
  return credentials !== undefined && 'accessKeyId' in credentials
    ? staticCredentials(identityOf(credentials))
    : issuedCredentials(context);
}

function staticCredentials(identity: AwsIdentity): AwsCredentials {
  const given = Promise.resolve(identity);
  return {
    async get({ signal }) {
      signal.throwIfAborted();
      return given;
    },
    current: () => identity,
    // There are no others: the next request is refused as this one was.
    refused: () => {},
    secrets: () => secretsIn(identity),
  };
}

function issuedCredentials(context: CredentialContext): AwsCredentials {
  const { clock } = context;
  const issue = issuerOf(context);
  const sourceSecrets = optionSecrets(context.options.credentials);
  let held: { readonly identity: AwsIdentity; renewAt: number } | undefined;
  let renewal: Promise<AwsIdentity> | undefined;
  let refused: string | undefined;
  let isForecast = false;

  const keep = (identity: AwsIdentity): AwsIdentity => {
    const endsAt = identity.expiration?.getTime();
    const left = endsAt === undefined ? Number.POSITIVE_INFINITY : endsAt - clock.now();
    const lead = Math.min(renewBeforeMs, left / 5) * (0.75 + context.random() / 2);
    held = { identity, renewAt: clock.now() + left - (Number.isFinite(lead) ? lead : 0) };
    if (isForecast) context.forecast({ kind: 'token', at: clock.now(), what: 'they were renewed' });
    isForecast = false;
    return identity;
  };

  const fetch = async (): Promise<AwsIdentity> => {
    const timeout = new AbortController();
    const cancel = clock.schedule(fetchTimeoutMs, () => timeout.abort(tooSlow()));
    try {
      return keep(await unlessAborted(issue(timeout.signal), timeout.signal));
    } finally {
      cancel();
    }
  };

  const fetchOnce = (): Promise<AwsIdentity> => {
    renewal ??= fetch().finally(() => {
      renewal = undefined;
    });
    return renewal;
  };

  const isGood = (identity: AwsIdentity): boolean =>
    identity.accessKeyId !== refused &&
    (identity.expiration?.getTime() ?? Infinity) - clock.now() > lastMomentMs;

  const current = (): AwsIdentity | undefined =>
    held !== undefined && clock.now() < held.renewAt && isGood(held.identity) ? held.identity : undefined;

  context.onClose(async () => {
    // Its failure was told to whoever waited.
    await renewal?.catch(() => undefined);
  });

  return {
    async get({ signal }) {
      signal.throwIfAborted();
      const ready = current();
      if (ready !== undefined) return ready;
      const before = held;
      try {
        return await unlessAborted(fetchOnce(), signal);
      } catch (error) {
        if (before === undefined || !isGood(before.identity) || signal.aborted) throw error;
        before.renewAt = clock.now() + afterFailureMs;
        context.logger.warn('credentials could not be renewed ahead of their end; they are still good', {
          reason: error instanceof VendorError ? error.failure.reason : undefined,
        });
        const endsAt = before.identity.expiration?.getTime();
        if (endsAt !== undefined)
          context.forecast({
            kind: 'token',
            at: endsAt,
            what: 'the credentials of AWS expire, and were not renewed',
          });
        isForecast = endsAt !== undefined;
        return before.identity;
      }
    },
    current,
    refused(accessKeyId) {
      if (held?.identity.accessKeyId === accessKeyId) refused = accessKeyId;
    },
    secrets: () => [...sourceSecrets, ...(held === undefined ? [] : secretsIn(held.identity))],
  };
}

/**
 * The same as a token source of `@im/http`, so that its client renews expired credentials and sends again where that is
 * safe. The token only stands for the credentials: the request is signed by them (`HttpSettings.sign`), so give
 * `tokenHeader: () => ({})`.
 */
export function credentialTokens(credentials: AwsCredentials): TokenSource {
  const toToken = ({ accessKeyId, expiration }: AwsIdentity): AccessToken => ({
    value: new Secret(accessKeyId),
    expiresAt: expiration?.getTime(),
  });
  return {
    async get(call) {
      return toToken(credentials.current() ?? (await credentials.get(call)));
    },
    async refresh(stale, call) {
      credentials.refused(stale.value.reveal());
      return toToken(await credentials.get(call));
    },
  };
}

function secretsIn({ secretAccessKey, sessionToken }: AwsIdentity): readonly string[] {
  return sessionToken === undefined ? [secretAccessKey] : [secretAccessKey, sessionToken];
}

function tooSlow(): VendorError {
  return new VendorError({
    sent: false,
    code: 'unavailable',
    reason: 'credentials_timeout',
    says: 'no credentials: whoever gives them did not answer in time',
  });
}
