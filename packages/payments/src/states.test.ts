import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { follows, mergeStatus, type PaymentStatus, paymentTransitions } from './states.ts';

const all = Object.keys(paymentTransitions) as PaymentStatus[];

describe('the life of a payment', () => {
  it('has no circles: nothing comes after itself', () => {
    for (const status of all) expect(follows(status, status), status).toBe(false);
  });

  it('merges statuses to the same one in whichever order they are seen, and never back', () => {
    for (const one of all)
      for (const other of all) {
        expect(mergeStatus(one, other)).toBe(mergeStatus(other, one));
        if (follows(other, one)) expect(mergeStatus(one, other)).toBe(other);
      }
    expect(mergeStatus('captured', 'authorized')).toBe('captured');
    expect(mergeStatus('voided', 'captured')).toBeUndefined();
    expect(mergeStatus('refunded', 'expired')).toBeUndefined();
  });

  it('ends at the last status of any walk, however its reports are shuffled and repeated', () => {
    const walk = fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }).map((choices) => {
      const path: PaymentStatus[] = ['created'];
      for (const choice of choices) {
        const next: readonly PaymentStatus[] = paymentTransitions[path.at(-1) ?? 'created'];
        const status = next[choice % Math.max(next.length, 1)];
        if (status !== undefined) path.push(status);
      }
      return path;
    });
    const shuffled = walk.chain((path) =>
      fc.tuple(fc.constant(path), fc.shuffledSubarray([...path, ...path], { minLength: path.length * 2 })),
    );
    fc.assert(
      fc.property(shuffled, ([path, reports]) => {
        let status: PaymentStatus | undefined = 'created';
        for (const report of reports) status = status && mergeStatus(status, report);
        expect(status).toBe(path.at(-1));
      }),
    );
  });
});
