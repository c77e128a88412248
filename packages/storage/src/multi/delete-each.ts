/** Deletes over several stores: each key on its own as far as locks and journals go, together as far as requests go. */
import type { DeleteResult, DriverCall, DriverDelete } from '../driver.ts';
import { at, type Member } from './member.ts';

/** Deletes at one store. What is asked for at the same time goes in one request. Rejects with what became of the target. */
export type DeleteAt = (member: Member, target: DriverDelete) => Promise<void>;

/** Keys at once. */
const keysAtOnce = 100;

/** Runs `remove` for each target, and gives the results in their order. Rejects only with the signal's reason. */
export async function deleteEach(
  targets: readonly DriverDelete[],
  call: DriverCall,
  remove: (target: DriverDelete, deleteAt: DeleteAt) => Promise<void>,
): Promise<readonly DeleteResult[]> {
  const results: DeleteResult[] = [];
  const deleteAt = createBatches(call);
  const next = targets.entries();
  const work = async () => {
    for (const [index, target] of next) {
      const { key } = target;
      results[index] = await remove(target, deleteAt).then(
        () => ({ key }),
        (error: unknown) => ({ key, error }),
      );
      call.signal.throwIfAborted();
    }
  };
  await Promise.all(Array.from({ length: Math.min(keysAtOnce, targets.length) }, work));
  return results;
}

interface Asked {
  readonly target: DriverDelete;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

function createBatches(call: DriverCall): DeleteAt {
  const waiting = new Map<Member, Asked[]>();
  const send = async (member: Member, asked: readonly Asked[]) => {
    try {
      const results = await at(member, (driver) =>
        driver.delete(
          asked.map(({ target }) => target),
          call,
        ),
      );
      for (const [index, { resolve, reject }] of asked.entries()) {
        const error = results[index]?.error;
        if (error === undefined) resolve();
        else reject(error);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };
  const flush = () => {
    for (const [member, asked] of waiting) {
      const most = member.driver.limits.maxDeleteKeys;
      for (let start = 0; start < asked.length; start += most)
        void send(member, asked.slice(start, start + most));
    }
    waiting.clear();
  };
  return (member, target) =>
    new Promise((resolve, reject) => {
      // All that comes in this turn of the event loop, and no later.
      if (waiting.size === 0) setImmediate(flush);
      waiting.set(member, [...(waiting.get(member) ?? []), { target, resolve, reject }]);
    });
}
