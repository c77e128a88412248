/** One store of several, each object in the one where the rules put it. */
import { type Clock, systemClock } from '@im/core';
import type { StorageAbility } from '../abilities.ts';
import { createObjectStore } from '../object-store.ts';
import type { ObjectStore } from '../object-store.types.ts';
import type { Locations } from './locations.ts';
import { type AnyStore, membersOf, refusal, type SharedAbilities } from './member.ts';
import type { Placement, PlacementFacts, PlacementPolicy } from './placement.types.ts';
import { placementDriver } from './placement-driver.ts';
import { createPlace, ruleThatNeedsObject } from './placement-rules.ts';
import type { StoreSettings } from './replicate.ts';

/** How to place. */
export interface PlacementOptions<Store extends AnyStore, Kept extends Locations | undefined>
  extends StoreSettings {
  /** The policy names them. */
  readonly stores: readonly Store[];
  readonly policy: PlacementPolicy;
  /** Where objects are whose place does not follow from the key. Needed where a rule asks for size, class or the cheapest. */
  readonly locations?: Kept;
  /** Whether to keep the location of every object, so that a changed policy moves none out of sight. Default: of those that need it. */
  readonly keepAll?: boolean | undefined;
}

type Placed<Store> = Extract<
  SharedAbilities<Store>,
  'conditionalWrites' | 'conditionalDelete' | 'multipart' | 'storageClasses' | 'tags'
>;
/**
 * What a placed store can do: what all its stores can; conditional copies need conditional writes too, since a copy may go from store
 * to store. `presign` only where places follow from keys. Not there: `versions` and `objectLock`.
 */
export type PlacedAbility<Store, Kept> =
  | Placed<Store>
  | ('conditionalWrites' extends SharedAbilities<Store>
      ? Extract<SharedAbilities<Store>, 'conditionalCopy'>
      : never)
  | (Kept extends undefined ? Extract<SharedAbilities<Store>, 'presign'> : never);

/** A store whose objects are in several. */
export type PlacedStore<Abilities extends StorageAbility> = ObjectStore<Abilities, never> & {
  readonly placement: {
    /** Where the key belongs, and why. Without `facts`: what can be said of it before the object is known. */
    explain(key: string, facts?: Omit<PlacementFacts, 'key'>): Placement;
  };
};

/**
 * Makes it.
 *
 * @throws {@link IntegrationError} `invalid_argument` for a policy that names what is not there, or needs `locations` and has none
 */
export function placement<Store extends AnyStore, Kept extends Locations | undefined = undefined>(
  options: PlacementOptions<Store, Kept>,
): PlacedStore<PlacedAbility<Store, Kept>> {
  const { policy, locations, keepAll = false, checksum, partBytes, concurrency } = options;
  const clock: Clock = options.clock ?? systemClock;
  const members = membersOf(options.stores, 'placement');
  const place = createPlace(
    policy,
    members.map(({ name }) => name),
  );
  const needing = keepAll ? 'keepAll' : ruleThatNeedsObject(policy);
  if (needing !== undefined && locations === undefined)
    throw refusal(
      `${needing === 'keepAll' ? 'keepAll' : `rule ${needing}`} needs to know where objects are`,
      'placement',
      'give locations: stateLocations(state) or objectLocations(store)',
    );
  const driver = placementDriver<PlacedAbility<Store, Kept>>({ members, place, locations, keepAll, clock });
  const store = createObjectStore(driver, {
    ...{ checksum, partBytes, concurrency, clock },
    name: options.name ?? 'placement',
  });
  const explain = (key: string, facts?: Omit<PlacementFacts, 'key'>) =>
    place({ key, ...facts }, facts !== undefined);
  return Object.assign(store, { placement: { explain } });
}
