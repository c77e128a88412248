import type { Cancel, Clock } from '../clock.ts';

/** Something to do at an instant. */
export interface Task {
  readonly due: number;
  /** Absent: cancelled. */
  run: (() => void) | undefined;
}

/**
 * All housekeeping of a registry behind one timer of the clock, which does not keep the process alive: checks, idle
 * instances, expiries. A binary heap by due time; a cancelled task leaves when its turn comes.
 */
export class Scheduler {
  readonly #clock: Clock;
  readonly #heap: Task[] = [];
  #cancelTimer: Cancel | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tasks that are waiting, cancelled ones included. */
  get size(): number {
    return this.#heap.length;
  }

  /** Runs `run` once at `due`, milliseconds since 1970. */
  at(due: number, run: () => void): Task {
    const task: Task = { due, run };
    if (this.#closed) return task;
    this.#push(task);
    this.#arm();
    return task;
  }

  /** Does not run `task`; what it held is let go at once. */
  cancel(task: Task | undefined): void {
    if (task?.run === undefined) return;
    task.run = undefined;
    for (let next = this.#heap[0]; next !== undefined && next.run === undefined; next = this.#heap[0])
      this.#pop();
    if (this.#heap.length === 0) this.#disarm();
  }

  /** Runs nothing any more. */
  close(): void {
    this.#closed = true;
    this.#heap.length = 0;
    this.#disarm();
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerDue = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    const next = this.#heap[0];
    if (next === undefined || next.due >= this.#timerDue) return;
    this.#cancelTimer?.();
    this.#timerDue = next.due;
    this.#cancelTimer = this.#clock.schedule(next.due - this.#clock.now(), () => this.#runDue(), {
      background: true,
    });
  }

  #runDue(): void {
    this.#cancelTimer = undefined;
    this.#timerDue = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (let next = this.#heap[0]; next !== undefined && next.due <= now; next = this.#heap[0]) {
      this.#pop();
      const { run } = next;
      next.run = undefined;
      run?.();
    }
    if (!this.#closed) this.#arm();
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let index = heap.push(task) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (at(heap, parent).due <= task.due) break;
      heap[index] = at(heap, parent);
      index = parent;
    }
    heap[index] = task;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && at(heap, child + 1).due < at(heap, child).due) child += 1;
      if (at(heap, child).due >= last.due) break;
      heap[index] = at(heap, child);
      index = child;
    }
    heap[index] = last;
  }
}

function at(heap: readonly Task[], index: number): Task {
  return heap[index] as Task;
}
