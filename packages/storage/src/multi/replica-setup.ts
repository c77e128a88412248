/** What the parts of a replicated store share. */
import { IntegrationError } from '@im/core';
import type { StoreHealth } from './health.ts';
import type { Journal } from './journal.ts';
import type { Member } from './member.ts';

/** Members, and how they do. */
export interface ReplicaSetup {
  readonly primary: Member;
  readonly replicas: readonly Member[];
  /** Replicas that must have a write before it resolves. */
  readonly needed: number;
  readonly journal: Journal;
  /** Whether unconditional writes go to all stores at the same time. */
  readonly isAtOnce: boolean;
  /** Whether no other process writes to the stores. */
  readonly isSoleWriter: boolean;
  readonly health: (member: Member) => StoreHealth;
}

/** Too few replicas have it, or can. */
export function tooFew(setup: ReplicaSetup, have: number, written: 0 | 1, cause: unknown): IntegrationError {
  const { replicas, needed, primary, health } = setup;
  const waits = replicas.map((replica) => health(replica).waitMs).filter((ms) => ms > 0);
  return new IntegrationError(
    written === 0
      ? `only ${have} of ${replicas.length} replicas can be written to, and ${needed} are needed; nothing was written`
      : `store ${primary.name} has it, but only ${have} of ${replicas.length} replicas, and ${needed} are needed`,
    {
      code: 'unavailable',
      effect: written === 0 ? 'none' : 'unknown',
      remedy:
        written === 0
          ? 'try again later, or wait for fewer'
          : 'the journal brings it to the others by and by',
      ...(waits.length > 0 && { retryAfterMs: Math.min(...waits) }),
    },
    { cause },
  );
}
