/** The driver of a store that fails over. */
import type { StorageAbility } from '../abilities.ts';
import type { DeleteResult, DriverCall, DriverDelete, StorageDriver } from '../driver.ts';
import { failoverList } from './failover-list.ts';
import { failoverUploads } from './failover-uploads.ts';
import { declared, type Member, sharedLimits } from './member.ts';
import { createRouter, type RouterSetup } from './router.ts';

/** Makes it. */
export function failoverDriver<Abilities extends StorageAbility>(
  setup: RouterSetup,
): StorageDriver<Abilities, never> {
  const { members } = setup;
  const primary = members[0] as Member;
  const { read, write } = createRouter(setup);
  const abilities = {
    ...declared(['conditionalWrites', 'conditionalDelete', 'conditionalCopy'], [primary]),
    ...declared(['multipart', 'tags', 'storageClasses'], members),
  };
  const [first, ...rest] = members.map(({ driver }) => driver.limits.storageClasses ?? []);
  const storageClasses = first?.filter((name) => rest.every((names) => names.includes(name)));

  const deleteOne = async (target: DriverDelete, call: DriverCall): Promise<DeleteResult> => {
    const { key, ifMatch } = target;
    try {
      await write({ key, condition: { ifMatch }, replaces: true }, call, async (one) => {
        const [result] = await one.delete([target], call);
        if (result?.error !== undefined) throw result.error;
      });
      return { key };
    } catch (error) {
      call.signal.throwIfAborted();
      return { key, error };
    }
  };

  const driver: StorageDriver<never, never> = {
    name: 'failover',
    abilities,
    limits: { ...sharedLimits(members), storageClasses },
    get: (key, options, call) =>
      read({ keys: [key], condition: options }, call, (one) => one.get(key, options, call)),
    head: (key, options, call) =>
      read({ keys: [key], condition: options }, call, (one) => one.head(key, options, call)),
    list: failoverList(setup, read),
    put: (key, bytes, options, call) =>
      write({ key, condition: options, replaces: true }, call, (one) => one.put(key, bytes, options, call)),
    copy: (from, to, options, call) => {
      const { ifMatch = options.sourceIfMatch, ifNoneMatch } = options;
      return write({ key: to, reads: from, condition: { ifMatch, ifNoneMatch } }, call, (one) =>
        one.copy(from, to, options, call),
      );
    },
    delete: async (targets, call) => {
      const results: DeleteResult[] = [];
      for (const target of targets) results.push(await deleteOne(target, call));
      return results;
    },
    ...('multipart' in abilities && { uploads: failoverUploads(setup, write) }),
  };
  // What is declared follows the members at run time as it does in the type.
  return driver as unknown as StorageDriver<Abilities, never>;
}
