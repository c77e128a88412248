/** The driver of a placed store. */
import type { Clock } from '@im/core';
import type { StorageAbility } from '../abilities.ts';
import type { ObjectInfo, StorageDriver } from '../driver.ts';
import { driverError } from '../driver-errors.ts';
import { copyObject } from './copy-object.ts';
import { deleteEach } from './delete-each.ts';
import type { Locations } from './locations.ts';
import { at, declared, type Member, sharedLimits } from './member.ts';
import { mergeLists } from './merge-lists.ts';
import type { Place } from './placement-rules.ts';
import { placementUploads } from './placement-uploads.ts';
import { createPlacer } from './placer.ts';

/** What the parts of the driver share. */
export interface PlacementSetup {
  readonly members: readonly Member[];
  readonly place: Place;
  /** Absent: every place follows from the key. */
  readonly locations: Locations | undefined;
  readonly keepAll: boolean;
  readonly clock: Clock;
}

/** Makes it. */
export function placementDriver<Abilities extends StorageAbility>(
  setup: PlacementSetup,
): StorageDriver<Abilities, never> {
  const { members, locations } = setup;
  const placer = createPlacer(setup);
  const basic = declared(
    ['conditionalWrites', 'conditionalDelete', 'multipart', 'storageClasses', 'tags'],
    members,
  );
  const abilities = {
    ...basic,
    ...('conditionalWrites' in basic && declared(['conditionalCopy'], members)),
    ...(locations === undefined && declared(['presign'], members)),
  };

  const driver: StorageDriver<never, never> = {
    name: 'placement',
    abilities,
    limits: { ...sharedLimits(members), ...unitedLimits(members) },
    get: (key, read, call) => placer.read(key, call, (one) => one.get(key, read, call)),
    head: (key, read, call) => placer.read(key, call, (one) => one.head(key, read, call)),
    put: (key, bytes, write, call) =>
      placer.write(
        { key, size: bytes.byteLength, storageClass: write.storageClass },
        write,
        call,
        (member, condition) => at(member, (one) => one.put(key, bytes, { ...write, ...condition }, call)),
      ),
    list: mergeLists(members, (key, having, call) => placer.choose(key, having, call), setup.clock),
    copy: (from, to, copy, call) =>
      placer.read(from, call, async (_, source): Promise<ObjectInfo> => {
        const { sourceIfMatch, storageClass, ...condition } = copy;
        const info = await at(source, (one) => one.head(from, { ifMatch: sourceIfMatch }, call));
        const kept = { ...info, storageClass: storageClass ?? info.storageClass };
        const facts = { key: to, size: info.size, storageClass: kept.storageClass };
        return placer.write(facts, condition, call, (member, held) =>
          member === source
            ? at(member, (one) => one.copy(from, to, { ...copy, ...held, sourceIfMatch: info.etag }, call))
            : copyObject({
                from: source,
                to: member,
                info: kept,
                key: to,
                condition: held,
                signal: call.signal,
              }),
        );
      }),
    delete: (targets, call) =>
      deleteEach(targets, call, (target, deleteAt) => placer.remove(target, call, deleteAt)),
    ...('multipart' in abilities && { uploads: placementUploads(setup, placer) }),
    ...('presign' in abilities && {
      presign: async (key, presign, call) => {
        const member = placer.byKey(key);
        const sign = member?.driver.presign;
        if (member === undefined || sign === undefined) throw driverError('not_found');
        return at(member, () => sign(key, presign, call));
      },
    }),
  };
  // What is declared follows the members at run time as it does in the type.
  return driver as unknown as StorageDriver<Abilities, never>;
}

/** A class of one store may be asked for; whether the object's own store has it is looked at when it is placed. */
function unitedLimits(members: readonly Member[]): Partial<StorageDriver['limits']> {
  const classes = new Set(members.flatMap(({ driver }) => driver.limits.storageClasses ?? []));
  const presigns = members.flatMap(({ driver }) => driver.limits.presign ?? []);
  const weakest = (['none', 'exact', 'range'] as const).find((kind) =>
    presigns.some(({ contentLength }) => contentLength === kind),
  );
  return {
    storageClasses: [...classes],
    ...(weakest !== undefined && {
      presign: {
        maxSeconds: Math.min(...presigns.map(({ maxSeconds }) => maxSeconds)),
        contentLength: weakest,
      },
    }),
  };
}
