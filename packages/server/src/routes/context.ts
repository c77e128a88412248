/** What every group of routes is given. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Clock, Logger, Registry, StateStore } from '@im/core';
import type { Exemplars } from '@im/monitoring/metrics';
import type { Caller } from '../access/caller.ts';
import type { Door } from '../access/door.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { HubConnect } from '../connect.ts';
import type { Oversight } from '../oversight/open.ts';
import type { ReloadReport } from '../reload.ts';
import type { HubView } from '../view.ts';
import type { WebhookInbox } from '../webhooks/inbox.ts';

/** What the hub is made of, as its routes see it. */
export interface HubContext {
  readonly registry: Registry;
  /** What the caller can see: all of it, or one tenant's part in which nothing tells of another. */
  readonly viewOf: (caller: Pick<Caller, 'tenant'>) => HubView;
  readonly title: string;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: StateStore;
  readonly maxMetricIntegrations: number;
  readonly door: Door;
  /** Whether the hub is shutting down. */
  readonly isDraining: () => boolean;
  readonly inbox: WebhookInbox;
  readonly oversight: Oversight;
  /** Traces that the metrics name. */
  readonly exemplars?: Exemplars | undefined;
  readonly audit: AuditLog;
  /** Absent where no provider is configured. */
  readonly connect?: HubConnect | undefined;
  /** Reads the configuration again and follows it, on record; absent where there is no file. */
  readonly reload?: ((subject: string) => Promise<ReloadReport>) | undefined;
}

/** What stands in the context of a request: `context.get('caller')`, behind `needs`. */
export interface HubEnv {
  readonly Variables: {
    readonly caller: Caller;
    /** Headers that say what is left of the caller's limit. */
    readonly limits: Readonly<Record<string, string>>;
    readonly door: Door;
  };
}

/** The application that routes are mounted on. */
export type HubApp = OpenAPIHono<HubEnv>;

/** A file of this folder: it mounts its routes. */
export type RouteGroup = (app: HubApp, hub: HubContext) => void;
