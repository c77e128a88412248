/** The driver of a replicated store. */
import { isIntegrationError } from '@im/core';
import type { StorageAbility } from '../abilities.ts';
import type { DeleteResult, DriverCall, ObjectInfo, StorageDriver } from '../driver.ts';
import { isUnchanged } from './compare.ts';
import { createKeyLocks, type WithKey } from './key-locks.ts';
import { at, declared, keepable, type Member, sharedLimits } from './member.ts';
import { type ReplicaSetup, tooFew } from './replica-setup.ts';
import { replicaUploads } from './replica-uploads.ts';
import { deleteKey, headOf, syncKey } from './sync-key.ts';

/** Writes one key of one replica. */
export type ToReplica = (replica: Member, info: ObjectInfo | undefined) => Promise<void>;

/** Writes a key everywhere: to the primary by `write`, then to the replicas by `bring`. */
export type WriteEverywhere = <Value extends ObjectInfo | undefined>(
  key: string,
  call: DriverCall,
  write: () => Promise<Value>,
  bring: ToReplica,
) => Promise<Value>;

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
        key,
        call,
        () => at(primary, (one) => one.put(key, bytes, write, call)),
        async (replica) => {
          const kept = { ...keepable(replica.driver, write), checksum: write.checksum };
          await at(replica, (one) => one.put(key, bytes, kept, call));
        },
      ),
    copy: (from, to, copy, call) =>
      writeEverywhere(
        to,
        call,
        () => at(primary, (one) => one.copy(from, to, copy, call)),
        async (replica) => void (await syncKey(primary, replica, to, call)),
      ),
    async delete(targets, call) {
      const results: DeleteResult[] = [];
      for (const target of targets) results.push(await deleteOne(target));
      return results;

      async function deleteOne(target: (typeof targets)[number]): Promise<DeleteResult> {
        const { key } = target;
        try {
          await writeEverywhere(
            key,
            call,
            async () => {
              const [result] = await at(primary, (one) => one.delete([target], call));
              if (result?.error !== undefined) throw result.error;
              return undefined;
            },
            (replica) => deleteKey(replica, key, call),
          );
          return { key };
        } catch (error) {
          call.signal.throwIfAborted();
          return { key, error };
        }
      }
    },
    ...('multipart' in abilities && { uploads: replicaUploads(setup, writeEverywhere) }),
  };
  // What is declared follows the members at run time as it does in the type.
  return driver as unknown as StorageDriver<Abilities, never>;
}

/** The one way in which anything is written. */
function createWriteEverywhere(setup: ReplicaSetup): WriteEverywhere {
  const { primary, replicas, needed, journal, health, isSoleWriter } = setup;
  const inTurn: WithKey = createKeyLocks();

  /** Brings it to one replica. @returns why it could not be brought */
  async function bringOne(
    replica: Member,
    key: string,
    info: ObjectInfo | undefined,
    call: DriverCall,
    bring: ToReplica,
  ): Promise<{ readonly error: unknown } | undefined> {
    if (health(replica).waitMs > 0) return { error: health(replica).error };
    try {
      await journal.turns(`${replica.name}\u0000${key}`, () => bring(replica, info));
    } catch (error) {
      if (call.signal.aborted) health(replica).left();
      else health(replica).failed(error);
      return { error };
    }
    health(replica).succeeded();
    return undefined;
  }

  /** Who wrote in between, in another process, may have come to a replica before us. Where that cannot be told, it is looked at later. */
  async function isSettled(key: string, info: ObjectInfo | undefined, call: DriverCall): Promise<boolean> {
    if (isSoleWriter) return true;
    try {
      return isUnchanged(info, await headOf(primary, key, call));
    } catch (error) {
      if (isIntegrationError(error) || call.signal.aborted) return false;
      throw error;
    }
  }

  return (key, call, write, bring) =>
    inTurn(key, async () => {
      call.signal.throwIfAborted();
      const up = replicas.filter((replica) => health(replica).waitMs === 0);
      if (up.length < needed) throw tooFew(setup, up.length, 0, lastError(setup));
      const entry = await journal.append({
        key,
        source: primary.name,
        targets: replicas.map(({ name }) => name),
      });
      const info = await write().catch((error: unknown) => {
        journal.arm(entry);
        if (isIntegrationError(error) && error.effect === 'none')
          for (const { name } of replicas) journal.acknowledge(entry, name);
        throw error;
      });
      journal.arm(entry);
      if (needed === 0) return info;
      const outcomes = await Promise.all(
        replicas.map((replica) => bringOne(replica, key, info, call, bring)),
      );
      call.signal.throwIfAborted();
      const failed = outcomes.filter((outcome) => outcome !== undefined);
      if (failed.length < replicas.length && (await isSettled(key, info, call)))
        for (const [index, { name }] of replicas.entries())
          if (outcomes[index] === undefined) journal.acknowledge(entry, name);
      const have = replicas.length - failed.length;
      if (have < needed) throw tooFew(setup, have, 1, failed[0]?.error);
      return info;
    });
}

function lastError({ replicas, health }: ReplicaSetup): unknown {
  return replicas.map((replica) => health(replica).error).find((error) => error !== undefined);
}
