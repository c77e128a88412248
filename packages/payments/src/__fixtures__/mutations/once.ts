/** Broken in what happens once. */
import { memoryError } from '../../memory/memory-errors.ts';
import { type Mutations, newKey } from './kit.ts';

const denied = (error: { readonly reason?: string }) =>
  Promise.reject(error.reason === 'lost' ? memoryError('status') : error);

export const onceMutations: Mutations = {
  'does not send the key': {
    change: (driver) => ({
      create: (create, call) => driver.create(create, { ...call, idempotencyKey: newKey() }),
    }),
    fails: ['PM-032'],
  },
  'charges twice by itself': {
    change: (driver) => ({
      create: async (create, call) => {
        await driver.create(create, { ...call, idempotencyKey: newKey() });
        return driver.create(create, call);
      },
    }),
    fails: ['PM-055', 'PM-056', 'PM-057', 'PM-063', 'PM-073', 'PM-002', 'PM-030', 'PM-031', 'PM-032', 'PM-035', 'PM-050', 'PM-051', 'PM-052'],
  },
  'says that a lost answer had no effect': {
    change: (driver) => ({
      create: (...args) => driver.create(...args).catch(denied),
      capture: (...args) => driver.capture(...args).catch(denied),
      refund: (...args) => driver.refund(...args).catch(denied),
    }),
    fails: ['PM-033', 'PM-034', 'PM-035', 'PM-036', 'PM-037'],
  },
  'forgets an abort': {
    change: (driver) => ({
      create: (create, call) => driver.create(create, { ...call, signal: new AbortController().signal }),
    }),
    fails: ['PM-042'],
  },
  'cannot be asked, and says that it can': {
    options: { lookup: 'none' },
    change: ({ facts }) => ({ facts: { ...facts, lookup: 'reference' } }),
    fails: ['PM-034'],
  },
  'cannot be asked, and takes another key for every sending': {
    options: { lookup: 'none' },
    change: (driver) => ({
      create: (create, call) => driver.create(create, { ...call, idempotencyKey: newKey() }),
    }),
    fails: ['PM-032', 'PM-033', 'PM-038'],
  },
};
