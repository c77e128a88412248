/**
 * Guessing is made slow. Wrong answers of one person are counted over all factors that can be guessed; after a few, each further one makes the
 * next wait, twice as long each time.
 *
 * An attempt is counted before the answer is looked at, and taken off when it was right: a thousand guesses sent at once are a thousand
 * attempts, of which the first few are looked at.
 */
import type { MfaContext } from './context.ts';

interface Record {
  readonly failures: number;
  /** Nothing is looked at before this instant. */
  readonly until: number;
}

const hourMs = 3_600_000;
const forgetMs = 24 * hourMs;

/**
 * Looks at an answer, if it may be looked at now. Who answers right begins anew.
 *
 * @throws {@link IntegrationError} `resource_exhausted`, reason `locked`, with `retryAfterMs`
 */
export async function attempt<Value>(
  context: MfaContext,
  subject: string,
  factor: string,
  look: () => Promise<Value>,
): Promise<Value> {
  const { state, clock, options, audit, tenant } = context;
  const { mostFailures = 5, firstWaitMs = 60_000 } = options;
  const key = `attempts/${subject}`;
  for (;;) {
    const stored = await state.get(key);
    const { failures, until } = stored ? (JSON.parse(stored.value) as Record) : { failures: 0, until: 0 };
    const now = clock.now();
    if (until > now)
      throw audit.refuse({
        type: 'mfa.refused',
        tenant,
        code: 'resource_exhausted',
        reason: 'locked',
        says: 'there were too many wrong answers: wait a while',
        retryAfterMs: until - now,
        subject,
        facts: { factor, failures },
      });
    const over = failures + 1 - mostFailures;
    const next: Record = {
      failures: failures + 1,
      until: over < 0 ? 0 : now + Math.min(firstWaitMs * 2 ** Math.min(over, 30), hourMs),
    };
    const written = await state.compareAndSet(key, stored?.version, JSON.stringify(next), {
      ttlMs: forgetMs,
    });
    if (written === undefined) continue;
    const value = await look();
    await state.delete(key);
    return value;
  }
}

/** Lets somebody try again at once, as a help desk does. */
export async function forgive({ state }: MfaContext, subject: string): Promise<void> {
  await state.delete(`attempts/${subject}`);
}
