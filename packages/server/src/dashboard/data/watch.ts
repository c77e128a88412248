/**
 * Watches a registry: notices what changed, keeps a little of the past, and wakes whoever waits for news.
 *
 * Each look at the registry has a `version` and marks with it what is new. A reader remembers one number, the version it
 * has, and asks for everything above it; so nothing is queued for anybody, and a slow reader gets the latest state
 * instead of a backlog. Versions count the seconds since the start and not what happened, so that they tell a tenant
 * nothing of another. While nobody watches, only the steps of the histories are taken.
 */
import { randomUUID } from 'node:crypto';
import type { Cancel, Clock, IntegrationStatus, Registry, RegistryEvent, Stats } from '@im/core';
import { History, stepMs } from './history.ts';
import { type Incident, Incidents, keyOf } from './incidents.ts';
import { Latest } from './latest.ts';
import { QuotaTrend } from './quota.ts';
import { type Gone, isSame, type Seen, type SeenEvent } from './seen.ts';

/** Milliseconds between two looks while somebody watches; the unit of versions. */
export const lookMs = 1_000;

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

  /** As of the last look, by tenant, then name. @param tenant `undefined`: all */
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

  /** Looks regularly from now on, until the returned function is called. */
  open(): () => void {
    this.#readers += 1;
    if (this.#readers === 1) {
      this.#look(false);
      this.#scheduleLook();
    }
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
    const version = Math.floor((this.clock.now() - this.#startedAt) / lookMs);
    if (version > this.#version) this.#version = version;
    else if (!step) return;
    this.#see(step);
    this.#wake();
  }

  #see(step: boolean): void {
    const seen = new Map<string, Seen>();
    for (const status of this.#registry.list()) {
      const one = this.#seeOne(status, step);
      seen.set(one.key, one);
      this.#incidents.see(status);
    }
    for (const [key, { status, history }] of this.#seen) {
      if (seen.has(key)) continue;
      if (history !== undefined) this.#histories -= 1;
      this.#gone.push({ name: status.name, tenant: status.tenant, version: this.#version });
    }
    this.#seen = seen;
    this.#byTenant = Map.groupBy(seen.values(), ({ status }) => status.tenant);
    if (step) this.#tidy();
  }

  #seeOne(status: IntegrationStatus, step: boolean): Seen {
    const key = keyOf(status);
    const old = this.#seen.get(key);
    const history = old?.history ?? this.#beginHistory(status.stats, old?.status.stats);
    const quota = old?.quota ?? new QuotaTrend();
    if (step) {
      history?.push(status.stats);
      quota.take(status, this.clock.now());
    }
    const same = old !== undefined && isSame(old.status, status) && !(step && history?.active);
    return { key, status, version: same ? old.version : this.#version, history, quota };
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
