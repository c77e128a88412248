/** The driver of a replicated store. */
import type { StorageAbility } from '../abilities.ts';
import type { StorageDriver } from '../driver.ts';
import { isConditional } from './condition.ts';
import { deleteEach } from './delete-each.ts';
import { at, declared, keepable, sharedLimits } from './member.ts';
import type { ReplicaSetup } from './replica-setup.ts';
import { replicaUploads } from './replica-uploads.ts';
import { syncKey } from './sync-key.ts';
import { createWriteEverywhere } from './write-everywhere.ts';

/** Makes it. */
export function replicaDriver<Abilities extends StorageAbility>(
  setup: ReplicaSetup,
): StorageDriver<Abilities, never> {
  const { primary, replicas } = setup;
  const members = [primary, ...replicas];
  const writeEverywhere = createWriteEverywhere(setup);
  const abilities = {
    ...declared(['conditionalWrites', 'conditionalDelete', 'conditionalCopy', 'storageClasses'], [primary]),
    ...declared(['multipart', 'tags'], members),
  };
  const limits = { ...sharedLimits(members), storageClasses: primary.driver.limits.storageClasses };

  const driver: StorageDriver<never, never> = {
    name: 'replicate',
    abilities,
    limits,
    get: (key, read, call) => at(primary, (one) => one.get(key, read, call)),
    head: (key, read, call) => at(primary, (one) => one.head(key, read, call)),
    list: (list, call) => at(primary, (one) => one.list(list, call)),
    put: (key, bytes, write, call) =>
      writeEverywhere(
        { key, isConditional: isConditional(write) },
        call,
        () => at(primary, (one) => one.put(key, bytes, write, call)),
        async (replica) => {
          const kept = { ...keepable(replica.driver, write), checksum: write.checksum };
          await at(replica, (one) => one.put(key, bytes, kept, call));
        },
      ),
    copy: (from, to, copy, call) =>
      writeEverywhere(
        { key: to, isConditional: true },
        call,
        () => at(primary, (one) => one.copy(from, to, copy, call)),
        async (replica) => void (await syncKey(primary, replica, to, call)),
      ),
    delete: (targets, call) =>
      deleteEach(targets, call, async (target, deleteAt) => {
        const { key, ifMatch } = target;
        await writeEverywhere(
          { key, isConditional: ifMatch !== undefined },
          call,
          () => deleteAt(primary, target).then(() => undefined),
          (replica) => deleteAt(replica, { key }),
        );
      }),
    ...('multipart' in abilities && { uploads: replicaUploads(setup, writeEverywhere) }),
  };
  // What is declared follows the members at run time as it does in the type.
  return driver as unknown as StorageDriver<Abilities, never>;
}
