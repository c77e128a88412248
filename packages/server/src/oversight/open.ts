/** Starts what watches over the registry: telemetry, service levels, alerts. */
import { readFile } from 'node:fs/promises';
import type { Clock, Logger, Registry, StateStore } from '@im/core';
import {
  type AlertEngine,
  type AlertRuleInput,
  alertmanagerChannel,
  type Channel,
  createAlertEngine,
  emailChannel,
  type RouteInput,
  readAlertRules,
  slackChannel,
  webhookChannel,
} from '@im/monitoring/alerts';
import { createExemplars, type Exemplars } from '@im/monitoring/metrics';
import { startTelemetry } from '@im/monitoring/otel';
import { createServiceLevels, type ServiceLevels } from '@im/monitoring/slo';
import { parse } from 'yaml';
import type { HubSettings } from '../settings.ts';
import { version } from '../version.ts';

/** What watches; a part that is not configured is absent. */
export interface Oversight {
  readonly levels?: ServiceLevels | undefined;
  readonly alerts?: AlertEngine | undefined;
}

/** What both need. */
export interface Surroundings {
  readonly registry: Registry;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Starts to send, before anything is called. @returns the traces that metrics name, once there are any */
export async function openTelemetry(
  settings: HubSettings['telemetry'],
  logger: Logger,
  resources: AsyncDisposableStack,
): Promise<Exemplars | undefined> {
  if (settings === undefined) return undefined;
  const { endpoint, headers, serviceName = 'im-hub', ratio = 1 } = settings;
  const exemplars = createExemplars();
  const traces = { ratio, processors: [exemplars] };
  resources.use(
    await startTelemetry({ serviceName, serviceVersion: version, endpoint, headers, traces, logger }),
  );
  return exemplars;
}

async function rulesIn(file: string): Promise<readonly AlertRuleInput[]> {
  const text = await readFile(file, 'utf8');
  // Says what is wrong, and in which line; the engine takes them as they are written.
  readAlertRules(text, { file });
  const written = parse(text) as readonly AlertRuleInput[] | { readonly rules: readonly AlertRuleInput[] };
  return 'rules' in written ? written.rules : written;
}

type ChannelSettings = NonNullable<HubSettings['alerts']>['channels'][string];

/** A channel by the one key that it has. Its address is the operator's, who may mean one of the own network. */
function channelOf({ email, slack, webhook, alertmanager }: ChannelSettings): Channel {
  if (email !== undefined) return emailChannel(email);
  if (slack !== undefined) return slackChannel({ ...slack, onPurpose: true });
  if (webhook !== undefined) return webhookChannel({ ...webhook, onPurpose: true });
  if (alertmanager !== undefined) return alertmanagerChannel({ ...alertmanager, onPurpose: true });
  throw new TypeError('the channel is none');
}

/**
 * Begins to count and to evaluate.
 *
 * @throws `ConfigurationError` for routes and rules that cannot be used
 */
export async function openOversight(
  { alerts, objectives }: Pick<HubSettings, 'alerts' | 'objectives'>,
  surroundings: Surroundings,
  resources: AsyncDisposableStack,
): Promise<Oversight> {
  if (alerts === undefined && objectives === undefined) return {};
  const levels = resources.use(createServiceLevels({ ...surroundings, objectives }));
  if (alerts === undefined) return { levels };
  const channels = Object.fromEntries(
    Object.entries(alerts.channels).map(([name, settings]) => [name, channelOf(settings)]),
  );
  const everything = { name: 'everything', steps: [{ channels: Object.keys(channels) }] };
  const rules = alerts.rules === undefined ? undefined : await rulesIn(alerts.rules);
  const engine = createAlertEngine({
    ...surroundings,
    levels,
    channels,
    rules,
    routes: (alerts.routes as readonly RouteInput[] | undefined) ?? [everything],
  });
  return { levels, alerts: resources.use(engine) };
}
