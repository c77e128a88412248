/** What tests of the fake share. */
import { money } from '@im/payments';
import { testMethods } from '../fake/methods.ts';

export const eur = (minor: bigint) => money(minor, 'EUR');
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
/** An order that nobody pays yet. */
export const openOrder = (minor = 1_000n) =>
  ({ intent: 'CAPTURE', purchaseUnits: [{ amount: eur(minor) }] }) as const;
/** One that a saved method pays at once. */
export const order = (minor?: bigint, paymentSource: object = { card: { vaultId: testMethods.card } }) =>
  ({ ...openOrder(minor), paymentSource }) as const;
export const page = { returnUrl: 'https://shop.test/back', cancelUrl: 'https://shop.test/cancel' };
