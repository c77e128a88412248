/**
 * Renewing a connection's tokens exactly once, however many calls in however many processes want the next one, and whoever dies meanwhile.
 *
 * 1. All callers of a process wait for one renewal (`token-keeper.ts`).
 * 2. It reads the record: another process may have done it.
 * 3. It takes the lease, *reads again*, marks the attempt in the record, asks the vendor, and stores the new pair before anyone gets it.
 * 4. Whoever does not get the lease waits a little and goes back to 2.
 *
 * A holder that is killed loses its lease within seconds. What the next one finds then decides:
 *
 * | in the record | it died | so |
 * |---|---|---|
 * | no attempt | before the request could leave | the refresh token is unused: go on |
 * | a newer pair | after it had stored | take that |
 * | an attempt | with the request on its way or the answer unheard | the outcome is unknown: see {@link RefresherOptions.onLostRefresh} |
 *
 * A refresh token that is *known* to have been replaced is never sent: every pair has a generation, a pair is written only onto the generation that
 * it was made from, and what was overtaken is dropped. A holder that was stopped for longer than its lease still writes its pair if nobody got
 * another one meanwhile, since then its pair is the only one that is good.
 */
import { type Clock, Secret, sleep } from '@im/core';
import { type Lease, tryLease } from '../../common/lease.ts';
import type { OAuthClient } from '../client.ts';
import type { TokenSet } from '../tokens.ts';
import type { SealedTokens, StoredConnection } from './connection.ts';
import {
  conclude,
  endedRecord,
  type GoodTokens,
  lostReason,
  NotStored,
  type RefresherOptions,
  readLiving,
  reported,
  secretOf,
  settle,
  unavailable,
  withTokens,
} from './refresh-outcome.ts';
import type { ConnectionStore, Read } from './store.ts';

/** A token that ends sooner than this, milliseconds, is not given to anyone. */
export const lastMomentMs = 5_000;
/** Milliseconds for a whole renewal, waits for other processes included. */
const renewalMs = 60_000;
const waitMs = 40;
/**
 * Gives tokens of a generation above `after`, or, where `after` is absent, any that are good for a moment.
 *
 * @throws {@link IntegrationError} `unauthenticated` (`reauth_required`): only the user can mend it; `failed_precondition`: revoked, or the client is
 * refused; `unavailable`; `not_found`
 */
export async function renew(
  store: ConnectionStore,
  id: string,
  client: OAuthClient,
  options: RefresherOptions,
  after?: number,
): Promise<GoodTokens> {
  const { clock, random } = options;
  const giveUpAt = clock.now() + renewalMs;
  while (true) {
    const before = await readLiving(store, id);
    if (isGood(before.stored, clock, after)) return withTokens(store, before);
    const lease = await tryLease(store.state, `refresh/${id}`, options.leaseMs, clock);
    if (lease !== undefined) {
      try {
        const found = await readLiving(store, id);
        if (isGood(found.stored, clock, after)) return await withTokens(store, found);
        if (await lease.isHeld()) {
          const renewed = await refresh(store, found, client, options, lease);
          if (renewed !== undefined) return renewed;
        }
      } finally {
        await lease.release();
      }
    }
    if (clock.now() > giveUpAt)
      throw unavailable('another process is renewing the token and does not finish', 'token_busy');
    await sleep(clock, waitMs * (0.5 + random()));
  }
}

function isGood(
  { generation, expiresAt }: StoredConnection,
  clock: Clock,
  after: number | undefined,
): boolean {
  const lasts = expiresAt === undefined || expiresAt - clock.now() > lastMomentMs;
  return lasts && (after === undefined || generation > after);
}

/** Asks the vendor, and stores what it gives. @returns `undefined` when somebody wrote the record meanwhile: look again */
async function refresh(
  store: ConnectionStore,
  { stored, version }: Read,
  client: OAuthClient,
  options: RefresherOptions,
  lease: Lease,
): Promise<GoodTokens | undefined> {
  const { clock } = options;
  if (stored.notBefore !== undefined && stored.notBefore > clock.now())
    throw unavailable('the vendor cannot renew the token now', 'not_yet', stored.notBefore - clock.now());
  const tokens = await store.unseal(stored);
  const reason = stored.isRenewable ? await lostReason(stored, tokens, client, options) : 'no_refresh_token';
  if (reason !== undefined) {
    const isWritten = await store.write(endedRecord(stored, reason), version);
    if (isWritten) throw reported(stored, reason, options);
    return undefined;
  }
  const attempt = { fence: lease.fence, at: clock.now() };
  if (!(await store.write({ ...stored, state: 'refreshing', reason: undefined, attempt }, version)))
    return undefined;
  let isSent = false;
  try {
    const issued = await ask(client, tokens, options, () => {
      isSent = true;
    });
    return await settle(store, stored, tokens, issued, client, options);
  } catch (error) {
    if (!(error instanceof NotStored)) await conclude(store, stored, error, isSent, options);
    throw error instanceof NotStored ? error.cause : error;
  }
}

async function ask(
  client: OAuthClient,
  tokens: SealedTokens,
  { clock, refreshTimeoutMs }: RefresherOptions,
  onSend: () => void,
): Promise<TokenSet> {
  const timeout = new AbortController();
  const cancel = clock.schedule(refreshTimeoutMs, () =>
    timeout.abort(unavailable('the vendor did not renew the token in time', 'token_timeout')),
  );
  try {
    return await client.refresh(secretOf(tokens.refresh), {
      accessToken: new Secret(tokens.access),
      dpopKey: secretOf(tokens.dpopKey),
      signal: timeout.signal,
      onSend,
    });
  } finally {
    cancel();
  }
}
