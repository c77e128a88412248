/** What a shop does with one order. Each step has a reference of its own, so that the whole can be begun again at any time. */
import type { PaymentAbility } from '../abilities.ts';
import type { PaymentGateway } from '../gateway.types.ts';
import { memoryTokens } from '../memory/ledger.ts';
import { money } from '../money.ts';

export async function serveOrder(gateway: PaymentGateway<PaymentAbility>, order: string): Promise<void> {
  const amount = money(10_000n, 'EUR');
  const { id } = await gateway.authorize({ reference: order, amount, method: memoryTokens.succeeds });
  await gateway.capture(id, { reference: `${order}/first`, amount: money(6_000n, 'EUR'), more: true });
  await gateway.capture(id, { reference: `${order}/second`, amount: money(3_000n, 'EUR') });
  await gateway.refund(id, { reference: `${order}/back`, amount: money(2_500n, 'EUR') });
  const other = await gateway.authorize({ reference: `${order}/other`, amount, method: memoryTokens.succeeds });
  await gateway.void(other.id, { reference: `${order}/void` });
}
