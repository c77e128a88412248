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
  to?: number;
  worst: 'degraded' | 'unhealthy';
  /** The latest word on it, for people. */
  says: string;
}

/** Most incidents remembered, in all and of each tenant. */
const most = { all: 200, perTenant: 50 };

const troubles: ReadonlySet<string> = new Set<Status>(['degraded', 'unhealthy']);

/** Keeps the incidents of all tenants. */
export class Incidents {
  readonly #latest = new Latest<Incident>(most.all, most.perTenant);
  readonly #open = new Map<string, Incident>();

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
    for (const [key, incident] of this.#open) if (!keys.has(key)) this.#end(key, incident, at);
    this.#latest.keepOnly(tenants);
  }

  #enter(
    { name, tenant, provider }: Pick<Incident, 'name' | 'tenant' | 'provider'>,
    status: string,
    at: number,
    says: string,
  ): void {
    const key = keyOf({ name, tenant });
    const open = this.#open.get(key);
    if (!troubles.has(status)) {
      if (open !== undefined) this.#end(key, open, at);
      return;
    }
    if (open === undefined) {
      const incident: Incident = {
        name,
        tenant,
        provider,
        from: at,
        worst: status as Incident['worst'],
        says,
      };
      this.#open.set(key, incident);
      this.#latest.add(incident);
      return;
    }
    open.says = says;
    if (status === 'unhealthy') open.worst = status;
  }

  #end(key: string, incident: Incident, at: number): void {
    incident.to = at;
    this.#open.delete(key);
  }
}

/** Names one integration of one tenant in one text. */
export const keyOf = ({ tenant, name }: Pick<IntegrationStatus, 'tenant' | 'name'>): string =>
  JSON.stringify([tenant, name]);
