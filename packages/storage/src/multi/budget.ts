/** A number of bytes that may be in use at once. Who needs more than is left waits, first come first served. */

/** Takes bytes from it, runs the work, and gives them back. */
export type WithBytes = <Value>(bytes: number, work: () => Promise<Value>) => Promise<Value>;

/** Makes one. What needs more than all of it gets all of it. */
export function createBudget(bytes: number): WithBytes {
  let left = bytes;
  const waiting: { readonly wanted: number; readonly start: () => void }[] = [];
  const next = () => {
    for (let first = waiting[0]; first !== undefined && first.wanted <= left; first = waiting[0]) {
      waiting.shift();
      left -= first.wanted;
      first.start();
    }
  };
  return async (needed, work) => {
    const wanted = Math.min(needed, bytes);
    await new Promise<void>((start) => {
      waiting.push({ wanted, start });
      next();
    });
    try {
      return await work();
    } finally {
      left += wanted;
      next();
    }
  };
}
