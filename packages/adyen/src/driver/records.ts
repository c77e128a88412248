/**
 * Where records are kept: one a payment, under our reference, since that is known before anything is sent, with an index from every name that Adyen has
 * for it. All writes compare and set.
 *
 * A change may be told before the payment that it is of. It waits under the payment's name: whoever tells of the payment writes the index first and looks
 * for what waits afterwards, and whoever leaves something there looks at the index again; so one of the two sees the other.
 */
import type { StateStore } from '@im/core';
import { addFact, emptyRecord, type Fact, namesOf, type PaymentRecord } from './record.ts';

export interface Records {
  /** By our reference. */
  read(reference: string): Promise<PaymentRecord | undefined>;
  /** By any name of Adyen's, or one that was given out. */
  find(name: string): Promise<PaymentRecord | undefined>;
  /** Writes what `change` makes of what is known. It is called again when another process wrote in between; what it throws is thrown. */
  change(reference: string, change: (known: PaymentRecord) => PaymentRecord): Promise<PaymentRecord>;
  /** Adds to the payment of this name. @returns `undefined` where nobody knows it yet: then it waits */
  tell(name: string, fact: Fact): Promise<PaymentRecord | undefined>;
}

export function createRecords(state: StateStore): Records {
  const load = async (reference: string) => {
    const stored = await state.get(`payment/${reference}`);
    return stored && { record: JSON.parse(stored.value) as PaymentRecord, version: stored.version };
  };
  const referenceOf = async (name: string) => (await state.get(`name/${name}`))?.value;

  const write = async (reference: string, change: (known: PaymentRecord) => PaymentRecord) => {
    for (;;) {
      const known = await load(reference);
      const next = change(known?.record ?? emptyRecord(reference));
      const before = known === undefined ? [] : namesOf(known.record);
      const fresh = namesOf(next).filter((name) => !before.includes(name));
      for (const name of fresh) await state.set(`name/${name}`, reference);
      const value = JSON.stringify(next);
      if (value === JSON.stringify(known?.record)) return { record: next, fresh };
      if ((await state.compareAndSet(`payment/${reference}`, known?.version, value)) !== undefined)
        return { record: next, fresh };
    }
  };

  const change: Records['change'] = async (reference, changeIt) => {
    const { record, fresh } = await write(reference, changeIt);
    let latest = record;
    for (const name of fresh) {
      const waiting = await state.get(`waiting/${name}`);
      if (waiting === undefined) continue;
      const facts = JSON.parse(waiting.value) as readonly Fact[];
      latest = (await write(reference, (known) => facts.reduce(addFact, known))).record;
      await state.delete(`waiting/${name}`, waiting.version);
    }
    return latest;
  };

  const leave = async (name: string, fact: Fact) => {
    for (;;) {
      const stored = await state.get(`waiting/${name}`);
      const facts = stored === undefined ? [] : (JSON.parse(stored.value) as readonly Fact[]);
      const text = JSON.stringify(fact);
      if (facts.some((one) => JSON.stringify(one) === text)) return;
      const value = JSON.stringify([...facts, fact]);
      if ((await state.compareAndSet(`waiting/${name}`, stored?.version, value)) !== undefined) return;
    }
  };

  return {
    read: async (reference) => (await load(reference))?.record,
    find: async (name) => {
      const reference = await referenceOf(name);
      return reference === undefined ? undefined : (await load(reference))?.record;
    },
    change,
    tell: async (name, fact) => {
      let reference = await referenceOf(name);
      if (reference === undefined) {
        await leave(name, fact);
        reference = await referenceOf(name);
      }
      return reference === undefined ? undefined : change(reference, (known) => addFact(known, fact));
    },
  };
}
