/** Broken in the life of a payment, and in what the driver says of itself. */
import { memoryError } from '../../memory/memory-errors.ts';
import { money } from '../../money.ts';
import { type Mutations, creating, lenient, newKey, telling } from './kit.ts';

const hundredth = (minor: bigint, currency: string) =>
  currency === 'JPY' || currency === 'KWD' ? (minor / 100n) * 100n : minor;
const isRefusal = (error: unknown) => (error as { readonly code?: string }).code === 'failed_precondition';

export const lifeMutations: Mutations = {
  'thinks that every currency has cents': {
    change: creating((create) => ({
      ...create,
      amount: money(hundredth(create.amount.minor, create.amount.currency), create.amount.currency),
    })),
    fails: ['PM-001'],
  },
  'finds nothing by our reference': {
    change: (driver) => ({
      find: async (query, call) => (query.reference === undefined ? driver.find(query, call) : undefined),
    }),
    fails: ['PM-002', 'PM-034'],
  },
  'finds something whatever is asked for': {
    change: (driver) => ({
      find: async (query, call) =>
        (await driver.find(query, call)) ??
        driver.create(
          {
            reference: query.reference ?? 'x',
            amount: money(1n, 'EUR'),
            capture: 'automatic',
            confirm: false,
          },
          { ...call, idempotencyKey: newKey() },
        ),
    }),
    fails: ['PM-003', 'PM-035'],
  },
  'throws when a payment is declined': {
    change: (driver) => ({
      create: async (...args) => {
        const payment = await driver.create(...args);
        if (payment.status === 'failed') throw memoryError('status');
        return payment;
      },
    }),
    fails: ['PM-024', 'PM-004', 'PM-005'],
  },
  'says not why a payment was declined': {
    change: telling(() => ({ declineCode: undefined })),
    fails: ['PM-024', 'PM-004', 'PM-005'],
  },
  'does not ask the customer': {
    change: creating((create) => ({
      ...create,
      method: create.method === 'tok_3ds' ? 'tok_succeeds' : create.method,
    })),
    fails: ['PM-055', 'PM-056', 'PM-006'],
  },
  'says not where the customer has to go': {
    change: telling(() => ({ nextAction: undefined })),
    fails: ['PM-006'],
  },
  'takes money with the authorization': {
    change: creating((create) => ({ ...create, capture: 'automatic' })),
    fails: ['PM-010', 'PM-011', 'PM-012', 'PM-013', 'PM-020', 'PM-021', 'PM-036', 'PM-040'],
  },
  'captures all, whatever is asked': {
    change: (driver) => ({
      capture: async (id, capture, call) =>
        driver.capture(
          id,
          { ...capture, amount: (await driver.find({ id }, call))?.amount ?? capture.amount, final: true },
          call,
        ),
    }),
    fails: ['PM-011', 'PM-012', 'PM-036'],
  },
  'keeps the rest of a final capture': {
    change: (driver) => ({
      capture: (id, capture, call) => driver.capture(id, { ...capture, final: false }, call),
    }),
    fails: ['PM-011'],
  },
  'ends with the first capture': {
    change: (driver) => ({
      capture: (id, capture, call) => driver.capture(id, { ...capture, final: true }, call),
    }),
    fails: ['PM-012'],
  },
  'cuts a capture that is too large': {
    change: (driver) => ({
      capture: async (id, capture, call) =>
        driver.capture(id, capture, call).catch((error: unknown) => {
          if (!isRefusal(error)) throw error;
          return lenient(driver, id);
        }),
    }),
    fails: ['PM-011', 'PM-012', 'PM-020', 'PM-021'],
  },
  'voids nothing': {
    change: (driver) => ({ void: async (id) => lenient(driver, id) }),
    fails: ['PM-013', 'PM-020', 'PM-040'],
  },
  'refunds one cent less': {
    change: (driver) => ({
      refund: (id, refund, call) =>
        driver.refund(id, { ...refund, amount: money(refund.amount.minor - 1n, 'EUR') }, call),
    }),
    fails: ['PM-057', 'PM-072', 'PM-014', 'PM-015', 'PM-037', 'PM-041', 'PM-050', 'PM-051', 'PM-052', 'PM-053', 'PM-054'],
  },
  'says yes to refunds that it does not make': {
    change: (driver) => ({
      refund: async (id, refund, call) =>
        driver.refund(id, refund, call).catch((error: unknown) => {
          if (!isRefusal(error)) throw error;
          return lenient(driver, id);
        }),
    }),
    fails: ['PM-015', 'PM-020', 'PM-041'],
  },
  'says not when an authorization expires': {
    change: telling(() => ({ expiresAt: undefined })),
    fails: ['PM-021'],
  },
  'says that movements carry our reference, and forgets it': {
    change: telling(({ captures, refunds }) => ({
      captures: captures.map(({ reference: _, ...capture }) => capture),
      refunds: refunds.map(({ reference: _, ...refund }) => refund),
    })),
    fails: ['PM-057', 'PM-072', 
      'PM-010',
      'PM-011',
      'PM-012',
      'PM-014',
      'PM-015',
      'PM-036',
      'PM-037',
      'PM-050',
      'PM-051',
      'PM-052',
      'PM-053',
      'PM-054',
    ],
  },
  'has a decline table without texts': {
    change: ({ facts }) => ({
      facts: {
        ...facts,
        declines: {
          ...facts.declines,
          rows: { ...facts.declines.rows, x: { category: 'unspecified', retry: 'never', messageKey: '' as never } },
        },
      },
    }),
    fails: ['PM-022'],
  },
  'is not what its definition says': {
    opened: ({ driver }) => ({
      traits: { abilities: driver.abilities, facts: { ...driver.facts, maxReferenceBytes: 1_000 } },
    }),
    fails: ['PM-023'],
  },
  'declines everything for one reason': {
    change: telling(({ status }) => (status === 'failed' ? { declineCode: 'insufficient_funds' } : {})),
    fails: ['PM-005', 'PM-024'],
  },
  'declares what the harness cannot prove': {
    opened: () => ({
      events: undefined,
      sign: undefined,
      decline: undefined,
      saveMethod: undefined,
      openDispute: undefined,
      payOut: undefined,
    }),
    fails: [
      ...['PM-024', 'PM-050', 'PM-051', 'PM-052', 'PM-053', 'PM-054', 'PM-055', 'PM-056', 'PM-057'],
      ...['PM-061', 'PM-062', 'PM-070', 'PM-071', 'PM-072'],
    ],
  },
  'does not go on when the customer is back': {
    change: (driver) => ({ confirm: async (id) => lenient(driver, id) }),
    fails: ['PM-006', 'PM-020', 'PM-055', 'PM-056', ],
  },
};
