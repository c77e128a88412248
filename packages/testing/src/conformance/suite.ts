/** What the cases work with: one integration, its samples, and clients of it on virtual time (`rig.ts`). */
import { setTimeout as realWait } from 'node:timers/promises';
import {
  type AnyDefinition,
  type AnyOperation,
  createIntegration,
  type Effect,
  type ForwardRequest,
  type LogFields,
  type Logger,
  memoryState,
  type Operations,
  type ResilienceInput,
  type StateStore,
  type WebhookRequest,
} from '@im/core';
import { createVirtualClock, type VirtualClock } from '../clock.ts';
import type { Exchange, FakeServer } from '../fake-server.ts';
import { createRandom } from '../random.ts';
import { changedGlobals, globalValues } from './globals.ts';
import { type AnyClient, Rig } from './rig.ts';
import { watchProcess } from './watch.ts';

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
  readonly forwards?: ForwardRequest | undefined;
  readonly webhook?:
    | ((tenant: string, nowMs: number, fake: unknown) => WebhookRequest | Promise<WebhookRequest>)
    | undefined;
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

/** The integration under test. */
export class Suite {
  readonly definition: AnyDefinition;
  readonly harness: AnyHarness;
  readonly operations: Operations;
  readonly #create: typeof createIntegration;
  /** One for all clients: no two keys are the same. */
  readonly #random = createRandom();
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
        random: this.#random,
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
