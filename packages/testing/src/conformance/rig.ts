/** One client under test, with its fake, its clock, and all that was said and printed. */
import { setImmediate as turn } from 'node:timers/promises';
import type { CallOptions, Pages, PagesOptions } from '@im/core';
import type { VirtualClock } from '../clock.ts';
import type { AnyFake, Suite } from './suite.ts';
import type { Watch } from './watch.ts';

/** What a case adds to a sample call. */
export type SampleCall = CallOptions & Pick<PagesOptions, 'limit' | 'pageSize' | 'cursor'>;

/** A client without the types of its definition. */
export type AnyClient = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

/** One client of one tenant, and everything around it. */
export class Rig implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly fake: AnyFake | undefined;
  readonly client: AnyClient;
  readonly options: unknown;
  readonly tenant: string;
  readonly watch: Watch;
  /** Every log line: level, message, fields. */
  readonly log: readonly unknown[];
  readonly #suite: Suite;
  readonly #closeClient: () => Promise<void>;
  readonly #closeFake: () => Promise<void>;

  constructor(
    suite: Suite,
    parts: Pick<Rig, 'clock' | 'fake' | 'client' | 'options' | 'tenant' | 'watch' | 'log'> & {
      readonly closeClient: () => Promise<void>;
      readonly closeFake: () => Promise<void>;
    },
  ) {
    this.#suite = suite;
    this.clock = parts.clock;
    this.fake = parts.fake;
    this.client = parts.client;
    this.options = parts.options;
    this.tenant = parts.tenant;
    this.watch = parts.watch;
    this.log = parts.log;
    this.#closeClient = parts.closeClient;
    this.#closeFake = parts.closeFake;
  }

  /** Begins the sample call of an operation; of pages, the items are collected. */
  start(name: string, call: SampleCall = {}): Promise<unknown> {
    const result = this.watch.run(async () => {
      const answer = this.#invoke(name, call);
      const isPaged = this.#suite.operation(name).kind === 'pages';
      return isPaged ? await (answer as Pages<unknown>).toArray() : await answer;
    });
    // A case may look at it later: until then a failure is not unhandled.
    result.catch(() => undefined);
    return result;
  }

  /** The pages of an operation's sample call. */
  pages(name: string, call: PagesOptions): Pages<unknown> {
    return this.watch.run(() => this.#invoke(name, call) as Pages<unknown>);
  }

  #invoke(name: string, call: SampleCall): unknown {
    const operation = this.#suite.operation(name);
    const own = operation.run.length - 1;
    const sample = this.#suite.harness.samples[name] ?? [];
    const args = Array.from({ length: own }, (_, index) => sample[index]);
    const given = sample.length > own ? (sample[own] as object) : {};
    const { limit, pageSize, cursor, ...options } = call;
    const paging = operation.kind === 'pages' ? { limit, pageSize, cursor } : {};
    return this.client[name]?.(...args, { ...given, ...paging, ...options });
  }

  /** Makes the sample call, moving time until it has ended. */
  call(name: string, call?: SampleCall): Promise<unknown> {
    return this.clock.until(this.start(name, call));
  }

  /** The error of a sample call. @throws Error when it succeeds */
  async failure(name: string, call?: SampleCall): Promise<unknown> {
    const outcome = await this.call(name, call).then(
      (result) => ({ result }),
      (error: unknown) => ({ error }),
    );
    if ('error' in outcome) return outcome.error;
    throw new Error(`${name}: it succeeded where it should have failed`);
  }

  /** Waits, without moving time, until `holds`. @throws Error after a second of this process's own work */
  async wait(holds: () => boolean, what: string): Promise<void> {
    const start = process.cpuUsage();
    while (!holds()) {
      if (process.cpuUsage(start).user > 1_000_000) throw new Error(`${what} did not happen`);
      await turn();
    }
  }

  /** Closes the integration; the fake goes on. */
  closeClient(): Promise<void> {
    return this.#closeClient();
  }

  async close(): Promise<void> {
    await this.#closeClient();
    this.watch[Symbol.dispose]();
    await this.#closeFake();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
