/** Something that the abort of a caller's signal stops. */
export interface Stoppable {
  stop(reason: unknown): void;
}

/**
 * Listens to callers' signals: one listener for each signal, however many calls share it. Node walks through all
 * listeners of a signal to add one more, and warns of a leak when there are many.
 */
export class Signals {
  readonly #groups = new Map<AbortSignal, SignalGroup>();

  /** Has `member` stopped when `signal` is aborted, until {@link remove}. */
  add(signal: AbortSignal, member: Stoppable): void {
    let group = this.#groups.get(signal);
    if (group === undefined) {
      group = new SignalGroup(signal);
      this.#groups.set(signal, group);
      signal.addEventListener('abort', group.onAbort);
    }
    group.members.add(member);
  }

  remove(signal: AbortSignal, member: Stoppable): void {
    const group = this.#groups.get(signal);
    if (group === undefined) return;
    group.members.delete(member);
    if (group.members.size > 0) return;
    signal.removeEventListener('abort', group.onAbort);
    this.#groups.delete(signal);
  }
}

class SignalGroup {
  readonly members = new Set<Stoppable>();
  readonly #signal: AbortSignal;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  readonly onAbort = (): void => {
    for (const member of [...this.members]) member.stop(this.#signal.reason);
  };
}
