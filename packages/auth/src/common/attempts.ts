/**
 * Guessing is made slow. Wrong answers of one person are counted, over everything of theirs that can be guessed; after a few, each further one
 * makes the next wait, twice as long each time.
 *
 * An attempt is counted before the answer is looked at, and taken off when it was right: a thousand guesses sent at once are a thousand
 * attempts, of which the first few are looked at. It is taken off as well when it could not be looked at, because the state or a key service is
 * away. One that its caller gave up on stays: whoever hangs up must not guess for nothing.
 */
import { type Clock, changeJson, errorCode, type StateStore } from '@im/core';
import type { Audit } from './audit.ts';

/** When somebody has to wait. */
export interface AttemptLimits {
  /** Wrong answers in a row after which somebody has to wait. Default 5. */
  readonly mostFailures?: number | undefined;
  /** Milliseconds of the first wait; each further wrong answer doubles it, up to an hour. Default 1 minute. */
  readonly firstWaitMs?: number | undefined;
}

/** Where attempts are counted, and how they are told. */
export interface AttemptPlace {
  /** A part of the state that belongs to the tenant. */
  readonly state: StateStore;
  readonly clock: Clock;
  readonly audit: Audit;
  readonly tenant: string;
  /** Type of the event of a refusal: `mfa.refused`. */
  readonly type: string;
  readonly limits: AttemptLimits;
}

interface Count {
  readonly failures: number;
  /** Nothing is looked at before this instant. */
  readonly until: number;
}

const hourMs = 3_600_000;
const forgetMs = 24 * hourMs;

/**
 * Looks at an answer, if it may be looked at now. `look` throws `unauthenticated` when it is wrong; who answers right begins anew.
 *
 * @param factor what is shown, for the log
 * @throws {@link IntegrationError} `resource_exhausted`, reason `locked`, with `retryAfterMs`
 */
export async function attempt<Value>(
  { state, clock, audit, tenant, type, limits }: AttemptPlace,
  subject: string,
  factor: string,
  look: () => Promise<Value>,
  signal?: AbortSignal | undefined,
): Promise<Value> {
  signal?.throwIfAborted();
  const { mostFailures = 5, firstWaitMs = 60_000 } = limits;
  const key = keyOf(subject);
  for (;;) {
    const stored = await state.get(key);
    const { failures, until } = stored ? (JSON.parse(stored.value) as Count) : { failures: 0, until: 0 };
    const now = clock.now();
    if (until > now)
      throw audit.refuse({
        type,
        tenant,
        code: 'resource_exhausted',
        reason: 'locked',
        says: 'there were too many wrong answers: wait a while',
        retryAfterMs: until - now,
        subject,
        facts: { factor, failures },
      });
    const over = failures + 1 - mostFailures;
    const next: Count = {
      failures: failures + 1,
      until: over < 0 ? 0 : now + Math.min(firstWaitMs * 2 ** Math.min(over, 30), hourMs),
    };
    const written = await state.compareAndSet(key, stored?.version, JSON.stringify(next), {
      ttlMs: forgetMs,
    });
    if (written === undefined) continue;
    const value = await look().catch(async (error: unknown) => {
      // Where the state is still away, the attempt stays counted: that is the safe side.
      if (errorCode(error) !== 'unauthenticated' && signal?.aborted !== true)
        await takeOff(state, key, next, mostFailures).catch(() => undefined);
      throw error;
    });
    await state.delete(key);
    return value;
  }
}

/** As if it had not been; those who came behind it stay counted. */
async function takeOff(
  state: StateStore,
  key: string,
  { failures }: Count,
  mostFailures: number,
): Promise<void> {
  await changeJson<Count | undefined>(
    state,
    key,
    (now) => {
      if (now === undefined || now.failures < failures) return now;
      const isFree = now.failures === failures || now.failures - 1 < mostFailures;
      return { failures: now.failures - 1, until: isFree ? 0 : now.until };
    },
    { ttlMs: forgetMs },
  );
}

/** Lets somebody try again at once, as a help desk does. */
export async function forgive({ state }: Pick<AttemptPlace, 'state'>, subject: string): Promise<void> {
  await state.delete(keyOf(subject));
}

const keyOf = (subject: string) => `attempts/${subject}`;
