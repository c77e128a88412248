/** The embedded processor, as the suite and the tests open it. */
import { createVirtualClock } from '@im/testing';
import type { PaymentDriver } from '../driver.ts';
import { memoryTokens } from '../memory/ledger.ts';
import { type MemoryDriver, type MemoryDriverOptions, memoryDriver } from '../memory/memory-driver.ts';
import type { PaymentHarness } from '../testing.ts';

export function memoryHarness(
  options: MemoryDriverOptions = {},
  change: (driver: MemoryDriver) => Partial<PaymentDriver> = () => ({}),
): PaymentHarness {
  return {
    async open({ withoutSecrets = false } = {}) {
      const clock = createVirtualClock();
      const driver = memoryDriver({ clock, ...options, ...(withoutSecrets && { secrets: [] }) });
      const { ledger, lose, sign } = driver.native();
      return {
        driver: { ...driver, ...change(driver) },
        clock,
        advance: (ms) => clock.advance(ms),
        tokens: {
          succeeds: memoryTokens.succeeds,
          declined: memoryTokens.noFunds,
          unmapped: memoryTokens.unheardOf,
          threeDSecure: memoryTokens.threeDSecure,
        },
        count: async (reference) => ledger.payments.filter((one) => one.reference === reference).length,
        lose,
        finish: async () => ({ result: 'ok' }),
        events: async () => ledger.events,
        sign,
      };
    },
  };
}
