/** What the cases work with: one integration, its fake, and clients on virtual time. */
import { setTimeout as realWait, setImmediate as turn } from 'node:timers/promises';
import {
  type AnyDefinition,
  type AnyOperation,
  type CallOptions,
  createIntegration,
  type Effect,
  type LogFields,
  type Logger,
  memoryState,
  type Operations,
  type Pages,
  type PagesOptions,
  type ResilienceInput,
  type StateStore,
} from '@im/core';
import { createVirtualClock, type VirtualClock } from '../clock.ts';
import type { Exchange, FakeServer } from '../fake-server.ts';
import { changedGlobals, globalValues } from './globals.ts';
import { type Watch, watchProcess } from './watch.ts';

/** A harness without the types of its definition. */
export interface AnyHarness {
  readonly startFake?:
    | ((options: {
        readonly clock?: VirtualClock;
      }) => Promise<FakeServer & { options(tenant?: string): unknown }>)
    | undefined;
  readonly options?: unknown;
  readonly samples: Readonly<Record<string, readonly unknown[]>>;
  readonly exceptions?: Readonly<Record<string, string>> | undefined;
}

/** A fake, with the options that lead to it. */
export type AnyFake = Awaited<ReturnType<NonNullable<AnyHarness['startFake']>>>;

/** How a client is opened. */
export interface OpenOptions {
  readonly tenant?: string | undefined;
  /** On top of {@link plainResilience}. */
  readonly resilience?: ResilienceInput | undefined;
  /** In place of the fake's own. */
  readonly options?: unknown;
  readonly state?: StateStore | undefined;
  /** The fake and the clock of another client. Default: fresh ones. */
  readonly beside?: Rig | undefined;
  /** Makes one call first, so that tokens are there and only the call under test is seen. Default true. */
  readonly warm?: boolean | undefined;
}

/** Policies whose effect is exact: three attempts, no jitter, and nothing that looks beyond one call. */
export const plainResilience: ResilienceInput = {
  timeoutMs: 600_000,
  attemptTimeoutMs: 60_000,
  retry: { maxAttempts: 3, initialMs: 200, jitter: 'none' },
  retryBudget: false,
  breaker: false,
  rateLimit: false,
  hedge: false,
};

/** Real milliseconds that the first call of a suite may take to load modules before time moves on. */
const mostLoadingMs = 2_000;

/** What one operation did when nothing went wrong. */
export interface Profile {
  readonly exchanges: readonly Exchange[];
  readonly result: unknown;
  readonly error?: unknown;
}

/** What a case adds to a sample call. */
export type SampleCall = CallOptions & Pick<PagesOptions, 'limit' | 'pageSize' | 'cursor'>;

type AnyClient = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>;

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

  /** Waits, without moving time, until `holds`. @throws Error after a real second */
  async wait(holds: () => boolean, what: string): Promise<void> {
    const start = performance.now();
    while (!holds()) {
      if (performance.now() - start > 1_000) throw new Error(`${what} did not happen`);
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

/** The integration under test. */
export class Suite {
  readonly definition: AnyDefinition;
  readonly harness: AnyHarness;
  readonly operations: Operations;
  readonly #create: typeof createIntegration;
  #changedGlobals: readonly string[] = [];
  #loaded = false;
  #profiles: Promise<ReadonlyMap<string, Profile>> | undefined;

  /** @param create what makes a client of the definition; another one than core's for other runtimes of the contract */
  constructor(
    definition: AnyDefinition,
    harness: AnyHarness,
    operations: Operations,
    create: typeof createIntegration = createIntegration,
  ) {
    this.#create = create;
    this.definition = definition;
    this.harness = harness;
    this.operations = operations;
  }

  /** Operations that have a sample, in the order of the samples. */
  get names(): readonly string[] {
    return Object.keys(this.harness.samples).filter((name) => name in this.operations);
  }

  operation(name: string): AnyOperation {
    return this.operations[name] as AnyOperation;
  }

  effect(name: string): Effect {
    return this.operation(name).effect;
  }

  /** Opens a client, against a fresh fake unless told otherwise. */
  async open(how: OpenOptions = {}): Promise<Rig> {
    const clock = how.beside?.clock ?? createVirtualClock();
    const fake = how.beside === undefined ? await this.harness.startFake?.({ clock }) : how.beside.fake;
    const tenant = how.tenant ?? 'tenant_a';
    const options = how.options ?? fake?.options(tenant) ?? this.harness.options;
    const log: unknown[] = [];
    const watch = watchProcess();
    const client = watch.run(() =>
      this.#create(this.definition, {
        name: `${this.definition.id}_main`,
        tenant,
        options: options as never,
        resilience: { ...plainResilience, ...how.resilience },
        clock,
        random: () => 0.5,
        state: how.state ?? memoryState(clock),
        logger: recordingLogger(log),
      }),
    );
    let closed: Promise<void> | undefined;
    const rig = new Rig(this, {
      clock,
      fake,
      client: client as unknown as AnyClient,
      options,
      tenant,
      watch,
      log,
      closeClient: () => (closed ??= clock.until(Promise.resolve(client[Symbol.asyncDispose]()))),
      closeFake: async () => {
        if (how.beside === undefined) await fake?.[Symbol.asyncDispose]();
      },
    });
    if (how.warm !== false && fake !== undefined) await this.#warm(rig);
    return rig;
  }

  async #warm(rig: Rig): Promise<void> {
    const first = this.names.find((name) => this.effect(name) === 'read') ?? this.names[0];
    if (first === undefined) return;
    const call = rig.start(first, { limit: 1 });
    if (!this.#loaded) {
      this.#loaded = true;
      // The first call of all loads modules. How long that takes is the machine's business: time stands still meanwhile.
      const loaded = new AbortController();
      const settled = Promise.allSettled([call]).then(() => loaded.abort());
      const tooLong = realWait(mostLoadingMs, undefined, { signal: loaded.signal });
      await Promise.allSettled([Promise.race([settled, tooLong])]);
    }
    // Only its tokens count: whether the call itself succeeds is another case's business.
    await rig.clock.until(call).catch(() => undefined);
    rig.fake?.forget();
  }

  /** What each sample does when nothing goes wrong; made once. */
  profiles(): Promise<ReadonlyMap<string, Profile>> {
    this.#profiles ??= this.#profile();
    return this.#profiles;
  }

  async #profile(): Promise<ReadonlyMap<string, Profile>> {
    const before = globalValues();
    await using rig = await this.open();
    const profiles = new Map<string, Profile>();
    for (const name of this.names) {
      rig.fake?.forget();
      const outcome = await rig.call(name).then(
        (result) => ({ result }),
        (error: unknown) => ({ result: undefined, error }),
      );
      profiles.set(name, { exchanges: [...(rig.fake?.exchanges ?? [])], ...outcome });
    }
    this.#changedGlobals = changedGlobals(before, globalValues());
    return profiles;
  }

  /** Globals that were not as before once every operation had run for the first time. */
  async changedGlobals(): Promise<readonly string[]> {
    await this.profiles();
    return this.#changedGlobals;
  }

  /** Operations of these effects whose sample talks to the fake, in order. */
  async talking(...effects: readonly Effect[]): Promise<readonly string[]> {
    const profiles = await this.profiles();
    return this.names.filter(
      (name) => effects.includes(this.effect(name)) && (profiles.get(name)?.exchanges.length ?? 0) > 0,
    );
  }
}

/** A logger that keeps every line. */
export function recordingLogger(log: unknown[]): Logger {
  const line = (level: string) => (message: string, fields?: LogFields) =>
    void log.push([level, message, fields]);
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
}
