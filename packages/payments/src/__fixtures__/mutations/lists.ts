/** Broken in customers, mandates and lists. */
import { memoryTokens } from '../../memory/ledger.ts';
import { memoryError } from '../../memory/memory-errors.ts';
import { money } from '../../money.ts';
import { type Mutations, creating, newKey, telling } from './kit.ts';

export const listsMutations: Mutations = {
  'makes a customer anew each time': {
    change: ({ vault }) => ({
      vault: vault && { ...vault, createCustomer: async ({ reference }) => ({ id: newKey(), reference }) },
    }),
    fails: ['PM-060'],
  },
  'shows the saved methods of everybody': {
    change: ({ vault, native }) => ({
      vault: vault && {
        ...vault,
        listMethods: async (customer, cursor) => {
          const { api } = native();
          const other = await api.createCustomer('other-saver');
          const foreign = cursor === undefined ? (await api.listMethods(other.id, undefined)).items : [];
          const { items, next } = await api.listMethods(customer, cursor);
          return { items: [...items, ...foreign], next };
        },
      },
    }),
    fails: ['PM-061'],
  },
  'shows one page of each list': {
    change: (driver) => {
      const first = (page: Promise<{ readonly items: readonly never[] }> | undefined) =>
        page?.then(({ items }) => ({ items, next: undefined })) as Promise<never>;
      return {
        vault: driver.vault && {
          ...driver.vault,
          listMethods: (...args) => first(driver.vault?.listMethods(...args) as Promise<never>),
        },
        disputes: (...args) => first(driver.disputes?.(...args) as Promise<never>),
        payouts: (...args) => first(driver.payouts?.(...args) as Promise<never>),
        settlements: (...args) => first(driver.settlements?.(...args) as Promise<never>),
        listing: (...args) => first(driver.listing?.(...args) as Promise<never>),
      };
    },
    fails: ['PM-061', 'PM-070', 'PM-071', 'PM-072', 'PM-073'],
  },
  'fails to delete what is gone': {
    change: ({ vault }) => {
      const gone = new Set<string>();
      return {
        vault: vault && {
          ...vault,
          deleteMethod: async (id, call) => {
            if (gone.has(id)) throw memoryError('no_payment');
            gone.add(id);
            await vault.deleteMethod(id, call);
          },
        },
      };
    },
    fails: ['PM-062'],
  },
  'deletes nothing': {
    change: ({ vault }) => ({ vault: vault && { ...vault, deleteMethod: async () => {} } }),
    fails: ['PM-062'],
  },
  'says not which mandate it set up': {
    change: telling(() => ({ mandate: undefined })),
    fails: ['PM-063'],
  },
  'charges with any mandate': {
    change: creating((create) =>
      typeof create.mandate === 'object'
        ? { ...create, mandate: undefined, method: memoryTokens.succeeds }
        : create,
    ),
    fails: ['PM-064'],
  },
  'says of disputes that all of it is disputed, and not until when': {
    change: ({ disputes }) => ({
      disputes: async (...args) => {
        const { items = [], next } = (await disputes?.(...args)) ?? {};
        return { items: items.map((one) => ({ ...one, amount: money(10_000n, 'EUR'), dueAt: 0 })), next };
      },
    }),
    fails: ['PM-070'],
  },
  'pays out what was captured, and keeps its fees for itself': {
    change: ({ payouts }) => ({
      payouts: async (...args) => {
        const { items = [], next } = (await payouts?.(...args)) ?? {};
        return { items: items.map((one) => ({ ...one, amount: money(12_345n, 'EUR') })), next };
      },
    }),
    fails: ['PM-071', 'PM-072'],
  },
  'says that it pays out what it gave back': {
    change: ({ settlements }) => ({
      settlements: async (...args) => {
        const { items = [], next } = (await settlements?.(...args)) ?? {};
        return { items: items.map((line) => ({ ...line, kind: 'payment' })), next };
      },
    }),
    fails: ['PM-072'],
  },
  'has lines that do not add up': {
    change: ({ settlements }) => ({
      settlements: async (...args) => {
        const { items = [], next } = (await settlements?.(...args)) ?? {};
        return { items: items.map((line) => ({ ...line, fee: money(0n, 'EUR') })), next };
      },
    }),
    fails: ['PM-072'],
  },
  'lists payments of any time': {
    change: ({ listing }) => ({
      listing: async (_, ...args) =>
        (await listing?.({ from: 0, to: Number.MAX_SAFE_INTEGER }, ...args)) ?? { items: [] },
    }),
    fails: ['PM-073'],
  },
};
