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
    const group = this.#groups.get(signal);
    if (group === undefined) this.#groups.set(signal, new SignalGroup(signal, member));
    else group.add(member);
  }

  remove(signal: AbortSignal, member: Stoppable): void {
    if (this.#groups.get(signal)?.remove(member)) this.#groups.delete(signal);
  }
}

/** The calls of one signal; usually one, which then needs no set. */
class SignalGroup {
  readonly #signal: AbortSignal;
  #first: Stoppable | undefined;
  #others: Set<Stoppable> | undefined;

  constructor(signal: AbortSignal, first: Stoppable) {
    this.#signal = signal;
    this.#first = first;
    signal.addEventListener('abort', this);
  }

  add(member: Stoppable): void {
    this.#others ??= new Set();
    this.#others.add(member);
  }

  /** @returns whether nobody is left */
  remove(member: Stoppable): boolean {
    if (this.#first === member) this.#first = undefined;
    else this.#others?.delete(member);
    if (this.#first !== undefined || (this.#others !== undefined && this.#others.size > 0)) return false;
    this.#signal.removeEventListener('abort', this);
    return true;
  }

  /** Called by the signal. */
  handleEvent(): void {
    const { reason } = this.#signal;
    for (const member of [this.#first, ...(this.#others ?? [])]) member?.stop(reason);
  }
}
