/** The embedded processor, as the suite and the tests open it. */
import { createVirtualClock } from '@im/testing';
import type { PaymentDriver } from '../driver.ts';
import { memoryDeclinedWith, memoryTokens } from '../memory/ledger.ts';
import { type MemoryDriver, type MemoryDriverOptions, memoryDriver } from '../memory/memory-driver.ts';
import type { PaymentHarness } from '../testing.ts';

export function memoryHarness(
  options: MemoryDriverOptions = {},
  change: (driver: MemoryDriver) => Partial<PaymentDriver> = () => ({}),
  /** The processor goes on by itself once the customer has finished a step, and does not wait for the return. */
  goesOnAlone = false,
): PaymentHarness {
  return {
    async open({ withoutSecrets = false } = {}) {
      const clock = createVirtualClock();
      const real = memoryDriver({ clock, ...options, ...(withoutSecrets && { secrets: [] }) });
      const driver = { ...real, ...change(real) };
      const { ledger, lose, sign, saveMethod, openDispute, payOut } = real.native();
      return {
        driver,
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
        finish: async (payment) => {
          if (goesOnAlone) ledger.finish(payment, 'succeeds');
          return { result: 'ok' };
        },
        traits: { abilities: driver.abilities, facts: driver.facts },
        pageSize: 2,
        decline: async (code) => ({ method: memoryDeclinedWith(code) }),
        saveMethod: async (customer) => saveMethod(customer),
        openDispute: async (payment, amount) => openDispute(payment, { amount }),
        payOut: async (payments) => payOut(payments),
        events: async () => ledger.events,
        sign,
      };
    },
  };
}
