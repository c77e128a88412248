/** Incidents: the times in which an integration was not well, made from the events of the registry. */
import type { IntegrationStatus, RegistryEvent, Status } from '@im/core';
import { Latest } from './latest.ts';

/** A time in which an integration was degraded or unhealthy. */
export interface Incident {
  readonly name: string;
  readonly tenant: string;
  readonly provider: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  /** Absent while it lasts. */
  to?: number | undefined;
  /** How often it began: one that comes back soon is the same. */
  times: number;
  worst: 'degraded' | 'unhealthy';
  /** The latest word on it, for people. */
  says: string;
}

/** Most incidents remembered, in all and of each tenant. */
const most = { all: 200, perTenant: 50 };

/** Milliseconds of being well within which trouble that comes back is the same incident. */
const sameWithinMs = 60_000;

const troubles: ReadonlySet<string> = new Set<Status>(['degraded', 'unhealthy']);

/** Keeps the incidents of all tenants. */
export class Incidents {
  readonly #latest = new Latest<Incident>(most.all, most.perTenant);
  /** The last one of each, also while it may come back. */
  readonly #last = new Map<string, Incident>();

  /** Takes in how one is, for what was not well before anybody listened. */
  see({ status, reasons, since, ...one }: IntegrationStatus): void {
    this.#enter(one, status, since, reasons[0]?.says ?? status);
  }

  take(event: RegistryEvent): void {
    if (event.kind !== 'status' || event.to === undefined) return;
    const why = event.says.split(': ').slice(1).join(': ');
    this.#enter(event, event.to, event.at, why === '' ? event.to : why);
  }

  /** Newest first. @param tenant `undefined`: of all */
  of(tenant?: string): readonly Incident[] {
    return this.#latest.of(tenant);
  }

  /** Ends the incidents of what is no longer registered. */
  keepOnly(keys: ReadonlySet<string>, tenants: ReadonlySet<string>, at: number): void {
    for (const [key, incident] of this.#last) {
      if (!keys.has(key)) incident.to ??= at;
      if (incident.to !== undefined && at - incident.to > sameWithinMs) this.#last.delete(key);
    }
    this.#latest.keepOnly(tenants);
  }

  #enter(
    { name, tenant, provider }: Pick<Incident, 'name' | 'tenant' | 'provider'>,
    status: string,
    at: number,
    says: string,
  ): void {
    const key = keyOf({ name, tenant });
    const last = this.#last.get(key);
    if (!troubles.has(status)) {
      if (last !== undefined) last.to ??= at;
      return;
    }
    const worst = status as Incident['worst'];
    if (last === undefined || (last.to !== undefined && at - last.to > sameWithinMs)) {
      const incident: Incident = { name, tenant, provider, from: at, times: 1, worst, says };
      this.#last.set(key, incident);
      this.#latest.add(incident);
      return;
    }
    if (last.to !== undefined) last.times += 1;
    last.to = undefined;
    last.says = says;
    if (worst === 'unhealthy') last.worst = worst;
  }
}

/** Names one integration of one tenant in one text. */
export const keyOf = ({ tenant, name }: Pick<IntegrationStatus, 'tenant' | 'name'>): string =>
  JSON.stringify([tenant, name]);
