/** How anything is written to a primary and its replicas: noted in the journal, written, brought on, struck out. */
import { isIntegrationError } from '@im/core';
import type { DriverCall, ObjectInfo } from '../driver.ts';
import { isUnchanged } from './compare.ts';
import { createKeyLocks, type WithKey } from './key-locks.ts';
import type { Member } from './member.ts';
import { type ReplicaSetup, tooFew } from './replica-setup.ts';
import { headOf } from './sync-key.ts';

/** Writes one key of one replica. */
export type ToReplica = (replica: Member) => Promise<void>;

/** Writes a key everywhere: to the primary by `write`, then to the replicas by `bring`. */
export type WriteEverywhere = <Value extends ObjectInfo | undefined>(
  what: {
    readonly key: string;
    /** Whether the primary decides whether it is written at all, or how: then it is asked first, whatever was wished. */
    readonly isConditional: boolean;
  },
  call: DriverCall,
  write: () => Promise<Value>,
  bring: ToReplica,
) => Promise<Value>;

/** The one way in which anything is written. */
export function createWriteEverywhere(setup: ReplicaSetup): WriteEverywhere {
  const { primary, replicas, needed, journal, health, isSoleWriter, isAtOnce } = setup;
  const inTurn: WithKey = createKeyLocks();

  /** Brings it to one replica. @returns why it could not be brought */
  async function bringOne(
    replica: Member,
    key: string,
    call: DriverCall,
    bring: ToReplica,
  ): Promise<{ readonly error: unknown } | undefined> {
    if (health(replica).waitMs > 0) return { error: health(replica).error };
    try {
      await journal.turns(`${replica.name}\u0000${key}`, () => bring(replica));
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

  return ({ key, isConditional: isPrimarys }, call, write, bring) =>
    inTurn(key, async () => {
      call.signal.throwIfAborted();
      const up = replicas.filter((replica) => health(replica).waitMs === 0);
      if (up.length < needed) throw tooFew(setup, up.length, 0, lastError(setup));
      const targets = replicas.map(({ name }) => name);
      const entry = await journal.append({ key, source: primary.name, targets });
      const bringAll = () => Promise.all(replicas.map((replica) => bringOne(replica, key, call, bring)));
      const together = isAtOnce && !isPrimarys && needed > 0 ? bringAll() : undefined;
      const info = await write().catch(async (error: unknown) => {
        await together;
        journal.arm(entry);
        // What a replica got that the primary refused is taken back by the journal.
        const isUntouched = together === undefined && isIntegrationError(error) && error.effect === 'none';
        if (isUntouched) for (const name of targets) journal.acknowledge(entry, name);
        throw error;
      });
      if (needed === 0) {
        journal.arm(entry);
        return info;
      }
      try {
        const outcomes = await (together ?? bringAll());
        call.signal.throwIfAborted();
        const failed = outcomes.filter((outcome) => outcome !== undefined);
        if (failed.length < replicas.length && (await isSettled(key, info, call)))
          for (const [index, name] of targets.entries())
            if (outcomes[index] === undefined) journal.acknowledge(entry, name);
        const have = replicas.length - failed.length;
        if (have < needed) throw tooFew(setup, have, 1, failed[0]?.error);
        return info;
      } finally {
        // Not before: what is being brought would be worked off once more meanwhile.
        journal.arm(entry);
      }
    });
}

function lastError({ replicas, health }: ReplicaSetup): unknown {
  return replicas.map((replica) => health(replica).error).find((error) => error !== undefined);
}
