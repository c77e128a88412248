/** The embedded processor, for shops that are killed. */
import { createVirtualClock } from '@im/testing';
import { bookedOf, type CrashHarness } from '../crash.ts';
import { memoryTokens } from '../memory/ledger.ts';
import { type MemoryDriverOptions, memoryDriver } from '../memory/memory-driver.ts';
import { createMemoryProcessor } from '../memory/processor.ts';

type Config = Omit<MemoryDriverOptions, 'clock' | 'state' | 'secrets' | 'api'>;

/** Orders take the kinds in turn. */
export function memoryCrashHarness(
  name: string,
  kinds: readonly Config[],
  /** What the processor is really like, where it is not what the driver takes it for. */
  really: Partial<MemoryDriverOptions> = {},
): CrashHarness {
  const { abilities, facts } = memoryDriver();
  let opened = 0;
  return {
    name,
    shop: new URL('./shop.ts', import.meta.url),
    execArgv: ['--conditions=@im/source'],
    abilities,
    settleMs: facts.settleMs,
    async open() {
      const clock = createVirtualClock();
      const config = kinds[opened % kinds.length] ?? {};
      opened += 1;
      const { api, ledger } = createMemoryProcessor({ ...config, ...really, clock });
      const members = api as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;
      return {
        config,
        tokens: { succeeds: memoryTokens.succeeds, threeDSecure: memoryTokens.threeDSecure },
        now: () => clock.now(),
        advance: (ms) => clock.advance(ms),
        finish: async () => ({ result: 'ok' }),
        answer: async (method, args) => members[method]?.(...args),
        books: async () => ledger.payments.map(bookedOf),
      };
    },
  };
}
