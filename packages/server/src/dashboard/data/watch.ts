/**
 * Watches a registry: notices what changed, keeps a little of the past, and wakes whoever waits for news.
 *
 * Each look at the registry has a `version` and marks with it what is new. A reader remembers one number, the version it
 * has, and asks for everything above it; so nothing is queued for anybody, and a slow reader gets the latest state
 * instead of a backlog. Versions count the seconds since the start and not what happened, so that they tell a tenant
 * nothing of another. While nobody watches, only the steps of the histories are taken.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Cancel, Clock, IntegrationStatus, Registry, RegistryEvent, Stats } from '@im/core';
import { History, stepMs } from './history.ts';
import { type Incident, Incidents, keyOf } from './incidents.ts';
import { Latest } from './latest.ts';
import { QuotaTrend } from './quota.ts';
import { type Gone, isSame, type Seen, type SeenEvent } from './seen.ts';

/** Milliseconds between two looks while somebody watches; the unit of versions. */
export const lookMs = 1_000;

/** Integrations looked at before others have a turn. */
const mostInARow = 500;

/** Most integrations whose history is kept; the first ones that are called. 3.4 kB each. */
const mostHistories = 2_000;

/** Most events kept, in all and of each tenant. */
const mostEvents = { all: 200, perTenant: 50 };

/** Most removed integrations that are remembered for readers who have yet to hear of it. */
const mostGone = 1_000;

/** See the head of this file. Made once for a hub; close it. */
export class Watch {
  /** Tells the versions of this process from those of another. */
  readonly epoch = randomUUID().slice(0, 8);
  readonly clock: Clock;
  readonly #registry: Registry;
  readonly #events = new Latest<SeenEvent>(mostEvents.all, mostEvents.perTenant);
  readonly #incidents = new Incidents();
  readonly #waiting = new Set<() => void>();
  readonly #stopListening: () => void;
  #seen = new Map<string, Seen>();
  #byTenant = new Map<string, Seen[]>();
  #gone: Gone[] = [];
  #version = -1;
  #forgotten = -1;
  readonly #startedAt: number;
  #histories = 0;
  #readers = 0;
  #closed = false;
  #isLooking = false;
  #stepIsDue = false;
  #looked: Promise<void> = Promise.resolve();
  #cancelStep: Cancel;
  #cancelLook: Cancel = () => {};

  constructor(registry: Registry, clock: Clock) {
    this.#registry = registry;
    this.clock = clock;
    this.#startedAt = clock.now();
    this.#stopListening = registry.on((event) => this.#take(event));
    this.#cancelStep = this.#scheduleStep();
  }

  get version(): number {
    return this.#version;
  }

  /** Versions up to this one are too old to tell what is gone since. */
  get forgotten(): number {
    return this.#forgotten;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** As of the last look, in the order of the registry. @param tenant `undefined`: all */
  seen(tenant?: string): readonly Seen[] {
    return tenant === undefined ? [...this.#seen.values()] : (this.#byTenant.get(tenant) ?? []);
  }

  /** What is gone since `version`. */
  goneSince(version: number, tenant?: string): readonly Gone[] {
    return this.#gone.filter(
      (one) => one.version > version && (tenant === undefined || one.tenant === tenant),
    );
  }

  /** Newest first. */
  events(tenant?: string): readonly SeenEvent[] {
    return this.#events.of(tenant);
  }

  /** Newest first. */
  incidents(tenant?: string): readonly Incident[] {
    return this.#incidents.of(tenant);
  }

  /** What is remembered of one. */
  past(key: string): Pick<Seen, 'history' | 'quota'> | undefined {
    return this.#seen.get(key);
  }

  /** Looks now, and regularly from now on until the returned function is called. */
  async open(): Promise<() => void> {
    this.#readers += 1;
    if (this.#readers === 1) {
      this.#look(false);
      this.#scheduleLook();
    }
    await this.#looked;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#readers -= 1;
      if (this.#readers === 0) this.#cancelLook();
    };
  }

  /** Resolves once there is something above `version`, or the watch is closed. */
  async beyond(version: number): Promise<void> {
    while (this.#version <= version && !this.#closed)
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  /** Lets everybody go who waits. Calling it again does nothing. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopListening();
    this.#cancelStep();
    this.#cancelLook();
    this.#wake();
  }

  #take(event: RegistryEvent): void {
    this.#incidents.take(event);
    // What a check changes is an event of its own; that it ran stands in the table.
    if (event.kind === 'check') return;
    this.#events.add({ ...event, version: this.#version + 1 });
  }

  #scheduleLook(): void {
    const look = () => {
      this.#look(false);
      this.#scheduleLook();
    };
    this.#cancelLook = this.clock.schedule(lookMs, look, { background: true });
  }

  #scheduleStep(): Cancel {
    const step = () => {
      this.#look(true);
      this.#cancelStep = this.#scheduleStep();
    };
    return this.clock.schedule(stepMs, step, { background: true });
  }

  /** @param step whether a step of the histories ends now */
  #look(step: boolean): void {
    this.#stepIsDue ||= step;
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#looked = this.#see()
      // Whoever asks the registry is told what is wrong with it; here stays what was seen before.
      .catch(() => {})
      .finally(() => {
        this.#isLooking = false;
        this.#wake();
      });
  }

  /** Tenant by tenant, with turns for others in between: thousands of integrations must not hold up a request. */
  async #see(): Promise<void> {
    const second = Math.floor((this.clock.now() - this.#startedAt) / lookMs);
    const step = this.#stepIsDue;
    this.#stepIsDue = false;
    if (second <= this.#version && !step) return;
    // What is noticed twice in a second comes with the next one, so that nobody who has this one misses it.
    const version = Math.max(second, this.#version + 1);
    const seen = new Map<string, Seen>();
    const byTenant = new Map<string, Seen[]>();
    let inARow = 0;
    for (const tenant of this.#registry.tenants()) {
      const own = this.#registry
        .tenant(tenant)
        .list()
        .map((status) => this.#seeOne(status, version, step));
      byTenant.set(tenant, own);
      for (const one of own) seen.set(one.key, one);
      inARow += own.length;
      if (inARow < mostInARow) continue;
      await turn();
      inARow = 0;
    }
    for (const [key, { status, history }] of this.#seen) {
      if (seen.has(key)) continue;
      if (history !== undefined) this.#histories -= 1;
      this.#gone.push({ name: status.name, tenant: status.tenant, version });
    }
    this.#seen = seen;
    this.#byTenant = byTenant;
    this.#version = Math.max(second, this.#version);
    if (step) this.#tidy();
  }

  #seeOne(status: IntegrationStatus, version: number, step: boolean): Seen {
    const key = keyOf(status);
    const old = this.#seen.get(key);
    const history = old?.history ?? this.#beginHistory(status.stats, old?.status.stats);
    const quota = old?.quota ?? new QuotaTrend();
    if (step) {
      history?.push(status.stats);
      quota.take(status, this.clock.now());
    }
    this.#incidents.see(status);
    const isOld = old !== undefined && isSame(old.status, status);
    return { key, status, version: isOld ? old.version : version, history, quota };
  }

  #beginHistory({ calls }: Stats, before: Stats | undefined): History | undefined {
    if (calls === 0 || this.#histories >= mostHistories) return undefined;
    this.#histories += 1;
    return new History(before);
  }

  #tidy(): void {
    const tenants = new Set(this.#byTenant.keys());
    this.#events.keepOnly(tenants);
    this.#incidents.keepOnly(new Set(this.#seen.keys()), tenants, this.clock.now());
    const tooMany = this.#gone.splice(0, Math.max(0, this.#gone.length - mostGone));
    this.#forgotten = tooMany.at(-1)?.version ?? this.#forgotten;
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
