/** Everything that the page shows, as of one moment, for one caller. */
import type { IntegrationStatus } from '@im/core';
import type { Caller } from '../../access/caller.ts';
import type { Cost } from '../../costs.ts';
import type { Health } from '../../schemas.ts';
import type { HubView } from '../../view.ts';
import type { History } from '../data/history.ts';
import { type Incident, keyOf } from '../data/incidents.ts';
import type { QuotaTrend } from '../data/quota.ts';
import type { SeenEvent } from '../data/seen.ts';
import { type ServiceLevel, serviceLevels } from '../data/service-levels.ts';

/** An integration with what is remembered of it. */
export interface Entry {
  readonly status: IntegrationStatus;
  readonly note?: string | undefined;
  readonly history?: History | undefined;
  readonly quota?: QuotaTrend | undefined;
  /** What it has cost. */
  readonly costs: readonly Cost[];
}

/** See the head of this file. */
export interface Board {
  readonly title: string;
  readonly at: number;
  readonly health: Health;
  readonly entries: readonly Entry[];
  readonly events: readonly SeenEvent[];
  readonly incidents: readonly Incident[];
  readonly levels: readonly ServiceLevel[];
  /** What repeating each operation of one does. */
  readonly effects: HubView['effects'];
  /** Whether the caller may do it. */
  readonly may: Caller['may'];
}

/** Looks at everything that `caller` may see. @param list what is seen, where it is at hand */
export function lookAt(view: HubView, caller: Pick<Caller, 'may'>, list = view.list()): Board {
  return {
    title: view.title,
    at: view.clock.now(),
    health: view.health(list),
    entries: list.map((status) => ({
      status,
      note: view.note(status),
      costs: view.costs(status),
      ...view.past(keyOf(status)),
    })),
    events: view.events(),
    incidents: view.incidents(),
    levels: serviceLevels(list, view.slaTarget),
    effects: view.effects,
    may: caller.may,
  };
}
