/** How a hub is made. */

import type { Clock, Logger, Registry, StateStore } from '@im/core';
import type { Exemplars } from '@im/monitoring/metrics';
import type { HubAccess } from './access/access.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { HubConnect } from './connect.ts';
import type { Price } from './costs.ts';
import type { ClientLimits } from './listener.ts';
import type { NetworkRules } from './network/network.ts';
import type { RateLimitRule } from './network/rate-limit.ts';
import type { Oversight } from './oversight/open.ts';
import type { Reload } from './reload.ts';
import type { HubServer } from './server.ts';
import type { Note } from './view.ts';
import type { WebhookOptions } from './webhooks/inbox.ts';

/** How a hub is made. Everything but the registry has a default. */
export interface ServerOptions {
  /** What is shown. The hub takes it over: {@link HubServer.close} disposes it. */
  readonly registry: Registry;
  /** Stands on the page and in the description. Default `@im hub`. */
  readonly title?: string | undefined;
  /** Address to listen on. Default `127.0.0.1`: the answers name tenants, so open it on purpose and behind a proxy. */
  readonly host?: string | undefined;
  /** Default 8080; 0 takes any that is free. */
  readonly port?: number | undefined;
  readonly limits?: ClientLimits | undefined;
  /** Who may call. Default: everybody, and then it listens on loopback alone. Probes are open in any case. */
  readonly access?: HubAccess | undefined;
  /** Listens beyond loopback although no access is configured: for networks where everybody may do everything. Default false. */
  readonly openToAll?: boolean | undefined;
  /** What calls cost, for estimates on the page. Default: nobody knows. */
  readonly prices?: readonly Price[] | undefined;
  /** Which addresses may reach it. Default: all. */
  readonly network?: NetworkRules | undefined;
  /** How many requests are taken of a caller, and of an address. Default: no limit. */
  readonly rateLimit?: RateLimits | undefined;
  /** Where actions are recorded. Default: in memory, for as long as the hub lives. */
  readonly audit?: AuditLog | undefined;
  /** Accounts that users connect. Default: there are no routes under `/connect`. */
  readonly connect?: HubConnect | undefined;
  /** Reads the configuration again, for `POST /admin/reload`. Default: there is no such route. */
  readonly reload?: Reload | undefined;
  /**
   * Milliseconds between "not ready" and the moment when no connection is taken any more, for load balancers to
   * notice. Default 0; behind one give a little more than the interval of its probes.
   */
  readonly drainDelayMs?: number | undefined;
  /** Milliseconds that requests in flight may take to end. Default 10 000. */
  readonly graceMs?: number | undefined;
  /** Milliseconds for which open connections may still bring a request, once no new ones are taken. Default 1 000. */
  readonly settleMs?: number | undefined;
  /** Most integrations with metric labels of their own; the rest is summed up. Default 2 000. */
  readonly maxMetricIntegrations?: number | undefined;
  /** A remark on an integration, such as where its fake runs. */
  readonly note?: Note | undefined;
  /** Default: {@link systemClock}. Socket time-outs are the machine's own in any case. */
  readonly clock?: Clock | undefined;
  /** What is done with webhooks. Default: nothing, so that each is refused and sent again. {@link deliverTo} hands them on. */
  readonly webhooks?: WebhookOptions | undefined;
  /** What watches over the registry, shown by routes of its own. Default: nothing. */
  readonly oversight?: Oversight | undefined;
  /** Traces that the metrics name. Default: none. */
  readonly exemplars?: Exemplars | undefined;
  /** What a fleet of hubs must agree on, such as limits. Default: in the memory of this process. The hub leaves it open. */
  readonly state?: StateStore | undefined;
  /** Disposed of last when the hub is closed: what it was given and should not outlive it, such as the audit log. */
  readonly resources?: AsyncDisposable | undefined;
  /** Default: {@link silentLogger}. */
  readonly logger?: Logger | undefined;
}

/** Limits of requests; fixed windows, counted in the state store. */
export interface RateLimits {
  /** Of one caller; without access, of one address. */
  readonly caller?: RateLimitRule | undefined;
  /** Of one address, whoever sends them. */
  readonly address?: RateLimitRule | undefined;
}
