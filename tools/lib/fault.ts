/** Something that is wrong: where, and what to do about it, in one sentence. */
export interface Fault {
  /** `packages/http/src/client.ts:12`, or the name of what is meant. */
  readonly place: string;
  readonly says: string;
}

/** One line a fault. */
export function faultLines(faults: readonly Fault[]): string[] {
  return faults.map(({ place, says }) => `${place}: ${says}`);
}
