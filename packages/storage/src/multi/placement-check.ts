/** What is wrong with a policy, told before anything is placed by it. */
import { refusal } from './member.ts';
import type { PlacementPolicy } from './placement.types.ts';

/** @throws `invalid_argument` that names the rule and what is wrong with it */
export function checkPolicy(policy: PlacementPolicy, stores: readonly string[]): void {
  const wrong = (says: string, remedy: string) => refusal(says, 'placement', remedy);
  if (policy.rules.length === 0) throw wrong('there are no rules', 'give at least one');
  for (const name of Object.keys(policy.stores ?? {}))
    if (!stores.includes(name)) throw wrong(`store ${name} is not there`, `use one of ${stores.join(', ')}`);
  for (const { name, store, when } of policy.rules) {
    const named = typeof store === 'string' ? [store] : store.cheapest === 'any' ? stores : store.cheapest;
    if (named.length === 0) throw wrong(`rule ${name} names no store`, 'name at least one');
    for (const one of named) {
      if (!stores.includes(one))
        throw wrong(`rule ${name} names store ${one}, which is not there`, `use one of ${stores.join(', ')}`);
      if (typeof store !== 'string' && policy.stores?.[one]?.costs?.default === undefined)
        throw wrong(
          `rule ${name} compares costs, and store ${one} has none by default`,
          'give stores[…].costs.default',
        );
    }
    for (const bytes of [when?.minBytes, when?.maxBytes])
      if (bytes !== undefined && !(bytes >= 0))
        throw wrong(`rule ${name} has ${bytes} bytes`, 'give a number from 0');
    if (when?.tenant !== undefined && policy.tenants === undefined)
      throw wrong(`rule ${name} asks for a tenant`, 'say in tenants.prefix where keys have theirs');
  }
}
