/** A hub with alerts: worlds of `/slo` with an engine each, and channels that remember what they were told. */
import { IntegrationError, type IntegrationErrorFields, type StateStore } from '@im/core';
import type { VirtualClock } from '@im/testing';
import { addService, createWorld, type World } from '../../slo/__tests__/world.ts';
import { createServiceLevels, type ServiceLevels } from '../../slo/service-levels.ts';
import type { Accepted, Channel } from '../channel.ts';
import { createAlertEngine } from '../engine.ts';
import type { AlertEngine, AlertEngineOptions } from '../engine.types.ts';
import type { AlertEvent } from '../events.ts';
import type { Notification } from '../notification.ts';

/** A channel that keeps what it was sent, and fails as a test says. */
export interface Recorder extends Channel {
  readonly sent: Notification[];
  /** Called with each message before it counts as sent. */
  answer: (notification: Notification) => Accepted | Promise<Accepted>;
  /** `new 1+0`: why, how many fire, how many are resolved. */
  readonly lines: string[];
}

export function recorder(more: Partial<Channel> = {}): Recorder {
  const sent: Notification[] = [];
  const lines: string[] = [];
  return {
    kind: 'recorder',
    repeatable: false,
    sent,
    lines,
    answer: () => ({}),
    ...more,
    async send(notification) {
      const accepted = await this.answer(notification);
      sent.push(notification);
      lines.push(`${notification.why} ${notification.firing.length}+${notification.resolved.length}`);
      return accepted;
    },
  };
}

export interface Hub extends World {
  readonly engine: AlertEngine;
  readonly levels: ServiceLevels;
  readonly events: AlertEvent[];
  /** Kinds of the events since it was last asked. */
  happened(): readonly string[];
}

type HubOptions = Partial<AlertEngineOptions> & {
  readonly clock?: VirtualClock;
  readonly state?: StateStore;
  readonly start?: string;
};

/** A rule on a level that a test records, so that every state can be reached at will. */
export const loud = {
  name: 'Loud',
  kind: 'threshold',
  severity: 'critical',
  signal: 'noise',
  op: '>',
  value: 10,
  summary: '{integration} of {tenant} is loud',
  action: 'Turn it down.',
} as const;

export const signals = {
  noise: { kind: 'gauge', unit: 'dB' },
  bangs: { kind: 'counter', unit: 'bangs' },
} as const;

/** Makes one. */
export function createHub({ start, ...options }: HubOptions): Hub {
  const world = createWorld({
    ...(start !== undefined && { start }),
    ...(options.clock !== undefined && { clock: options.clock }),
    ...(options.state !== undefined && { state: options.state }),
  });
  const events: AlertEvent[] = [];
  const levels = createServiceLevels({ ...world, objectives: [{ availability: 0.99 }] });
  const engine = createAlertEngine({
    rules: [loud],
    signals,
    channels: {},
    routes: [],
    ...options,
    ...world,
    levels,
    onEvent: (event) => void events.push(event),
  });
  let told = 0;
  return {
    ...world,
    engine,
    levels,
    events,
    happened() {
      const news = events.slice(told).map(({ kind }) => kind);
      told = events.length;
      return news;
    },
    [Symbol.asyncDispose]: async () => {
      await world.clock.until(Promise.resolve(engine[Symbol.asyncDispose]()));
      await levels[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

/** Where the noise is. */
export const api = { tenant: 'acme', integration: 'api', provider: 'service' };

/** What a channel throws that told nobody, and will not. */
export const refusal = (fields: Partial<IntegrationErrorFields> = {}) =>
  new IntegrationError('refused', { code: 'unavailable', retryable: false, effect: 'none', ...fields });

/** One route to one channel, with no wait unless told otherwise. */
export const oneRoute = (more: object = {}) => [
  { name: 'all', groupWait: '0s', steps: [{ channels: ['chat'] }], ...more },
];

export const second = 1_000;
export const minute = 60_000;

export { addService };
