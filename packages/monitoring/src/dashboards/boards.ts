/** What the dashboards show: rows of panels as data. */
import { durationMetric } from '../metrics/durations.ts';
import { badCodes } from '../slo/objectives.ts';
import type { PanelSpec, RowSpec } from './layout.ts';
import { by, matcher } from './promql.ts';
import { burnSeries, objectiveSeries } from './recording.ts';

const chosen = 'tenant=~"$tenant",integration=~"$integration",provider=~"$provider"';
const one = '{{tenant}} {{integration}}';

/** How fast a counter grows, a second, summed up by `labels`. */
const rate = (metric: string, labels: string = by(), ...matchers: readonly string[]) =>
  `sum ${labels} (rate(${metric}{${[...matchers, chosen].join(',')}}[$__rate_interval]))`;
const level = (metric: string, aggregate = 'sum') => `${aggregate} ${by()} (${metric}{${chosen}})`;
const quantile = (share: number, labels: string) =>
  `histogram_quantile(${share}, ${rate(`${durationMetric.name}_bucket`, `by (le, ${labels})`)})`;

const callRate = rate('im_integration_calls_total');
const badRate = rate('im_integration_failures_total', by(), matcher('code', badCodes));

/** Lines over time. @param shown one query a line; a text is one for each integration */
const lines = (
  title: string,
  width: number,
  shown: string | PanelSpec['targets'],
  more: Partial<PanelSpec> = {},
): PanelSpec => ({
  title,
  type: 'timeseries',
  width,
  targets: typeof shown === 'string' ? [{ expr: shown, legend: one }] : shown,
  min: 0,
  ...more,
});
const number = (title: string, expr: string, more: Partial<PanelSpec> = {}): PanelSpec => ({
  title,
  type: 'stat',
  width: 4,
  targets: [{ expr, instant: true }],
  ...more,
});
const states = (title: string, metric: string, label: string): PanelSpec => ({
  title,
  type: 'state-timeline',
  width: 12,
  targets: [
    { expr: `max by (integration, ${label}) (${metric}{${chosen}})`, legend: `{{integration}} {{${label}}}` },
  ],
});
const failuresByCode = lines(
  'Failures by code',
  12,
  [{ expr: rate('im_integration_failures_total', 'by (code)'), legend: '{{code}}' }],
  { unit: 'reqps' },
);

/** All integrations at a glance. */
export const overview: readonly RowSpec[] = [
  {
    title: 'Now',
    height: 4,
    panels: [
      number('Integrations', `count(${level('im_integration_in_flight')})`),
      ...['unhealthy', 'degraded'].map((status) =>
        number(status, `sum(max ${by()} (im_integration_status{status="${status}",${chosen}}))`, {
          redFrom: 1,
        }),
      ),
      number(
        'Breakers not closed',
        `sum(1 - min ${by()} (im_integration_breaker_state{state="closed",${chosen}}))`,
        { redFrom: 1 },
      ),
      number('Calls a second', rate('im_integration_calls_total', ''), { unit: 'reqps' }),
      number('Without labels of their own', 'max(im_integrations_without_labels)', {
        description: 'Integrations that are summed up under _other, because there are too many.',
        redFrom: 1,
      }),
    ],
  },
  {
    title: 'Calls',
    height: 8,
    panels: [
      lines('Calls', 12, callRate, { unit: 'reqps' }),
      lines('Failed share', 12, `${badRate} / (${callRate} > 0)`, { unit: 'percentunit', max: 1 }),
      lines('Time of calls, 95th percentile', 12, quantile(0.95, 'tenant, integration'), { unit: 's' }),
      failuresByCode,
    ],
  },
  {
    title: 'Ends soon',
    height: 8,
    panels: [
      {
        title: 'Tokens, certificates and keys',
        type: 'bargauge',
        width: 12,
        unit: 's',
        redBelow: 86_400,
        targets: [
          {
            expr: `sort(min ${by('kind')} (im_integration_expires_seconds{${chosen}} - time()))`,
            legend: `${one} {{kind}}`,
            instant: true,
          },
        ],
      },
      lines('Quota left', 12, level('im_integration_quota_remaining', 'min')),
    ],
  },
];

/** A few integrations closely. */
export const integration: readonly RowSpec[] = [
  {
    title: 'State',
    height: 7,
    panels: [
      states('Status', 'im_integration_status', 'status'),
      states('Circuit breaker', 'im_integration_breaker_state', 'state'),
    ],
  },
  {
    title: 'Operations',
    height: 8,
    panels: [
      lines(
        'Calls by operation',
        12,
        [{ expr: rate('im_integration_calls_total', 'by (operation)'), legend: '{{operation}}' }],
        { unit: 'reqps' },
      ),
      lines(
        'Time by operation, 95th percentile',
        12,
        [{ expr: quantile(0.95, 'operation'), legend: '{{operation}}' }],
        { unit: 's' },
      ),
      lines(
        'Time of calls',
        12,
        [0.5, 0.95, 0.99].map((share) => ({
          expr: quantile(share, 'integration'),
          legend: `{{integration}} p${share * 100}`,
        })),
        { unit: 's' },
      ),
      failuresByCode,
    ],
  },
  {
    title: 'Limits',
    height: 7,
    panels: [
      lines('Inside and waiting', 8, [
        { expr: level('im_integration_in_flight'), legend: `${one} inside` },
        { expr: level('im_integration_queued'), legend: `${one} waiting` },
      ]),
      lines(
        'Requests and retries',
        8,
        [
          { expr: rate('im_integration_attempts_total'), legend: `${one} requests` },
          { expr: rate('im_integration_retries_total'), legend: `${one} retries` },
        ],
        { unit: 'reqps' },
      ),
      lines('Time spent waiting', 8, rate('im_integration_waited_seconds_total'), {
        unit: 's',
        description: 'Seconds of waiting in each second: backoff, hints of the vendor, limits and bulkheads.',
      }),
    ],
  },
];

const hourMs = 3_600_000;
const burn = (indicator: 'availability' | 'latency', windowMs: number) =>
  `max ${by()} (${burnSeries(indicator, windowMs)}{${chosen}})`;

/** How fast what was promised is used up; shows what the rules of `prometheusRules` record. */
export const budgets: readonly RowSpec[] = [
  {
    title: 'Error budgets',
    height: 9,
    panels: [
      lines('Availability: burn rate over an hour', 12, burn('availability', hourMs), { redFrom: 14.4 }),
      lines('Availability: burn rate over three days', 12, burn('availability', 72 * hourMs), { redFrom: 1 }),
      lines('Latency: burn rate over an hour', 12, burn('latency', hourMs), { redFrom: 14.4 }),
      {
        title: 'Promised availability',
        type: 'table',
        width: 12,
        unit: 'percentunit',
        targets: [
          {
            expr: `max by (tenant, integration) (${objectiveSeries('availability')}{tenant=~"$tenant"})`,
            instant: true,
          },
        ],
      },
    ],
  },
];
