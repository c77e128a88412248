/** The driver of a store that fails over. */
import type { StorageAbility } from '../abilities.ts';
import type { StorageDriver } from '../driver.ts';
import { deleteEach } from './delete-each.ts';
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
    delete: (targets, call) =>
      deleteEach(targets, call, (target, deleteAt) =>
        write(
          { key: target.key, condition: { ifMatch: target.ifMatch }, replaces: true },
          call,
          (_, member) => deleteAt(member, target),
        ),
      ),
    ...('multipart' in abilities && { uploads: failoverUploads(setup, write) }),
  };
  // What is declared follows the members at run time as it does in the type.
  return driver as unknown as StorageDriver<Abilities, never>;
}
