/** The health of integrations as a table. */
import { type IntegrationStatus, latencyBoundsMs } from '@im/core';
import type { HubIntegration } from '../hub.ts';
import type { Colours, Screen } from './screen.ts';
import { painted } from './status.ts';
import type { Cell } from './table.ts';

/** Whether it can be used, or is not meant to be. */
export function isUsable({ status }: Pick<IntegrationStatus, 'status'>): boolean {
  return ['healthy', 'degraded', 'disabled', 'registered'].includes(status);
}

const urgency = [
  'unhealthy',
  'stopped',
  'draining',
  'starting',
  'degraded',
  'healthy',
  'registered',
  'disabled',
];

/** Fewest columns of a terminal on which everything is shown. */
const wide = 100;

/** Head and rows, what is worst first; on a narrow terminal without the figures. */
export function healthTable(
  integrations: readonly HubIntegration[],
  { colours, columns = wide }: Pick<Screen, 'colours' | 'columns'>,
  now: number,
): readonly [head: readonly string[], rows: readonly (readonly Cell[])[]] {
  const rank = ({ status }: IntegrationStatus) => urgency.indexOf(status);
  const head = ['', 'integration', 'tenant', 'status', 'since', 'circuit', 'calls', 'failed', 'p95', 'what'];
  const rows = [...integrations]
    .sort((one, other) => rank(one) - rank(other))
    .map(({ name, tenant, status, since, breaker, stats, reasons, note = '' }): readonly Cell[] => {
      const paint = painted(colours, status);
      return [
        ['●', paint],
        name,
        tenant,
        [status, paint],
        age(now - since),
        [breaker, breaker === 'closed' ? colours.dim : colours.yellow],
        String(stats.calls),
        stats.failures === 0 ? ['0', colours.dim] : [share(stats.failures, stats.calls), colours.red],
        p95(stats),
        reasons[0]?.says ?? [note, colours.dim],
      ];
    });
  if (columns >= wide) return [head, rows];
  const narrow = <Item>(row: readonly Item[]) =>
    row.filter((_, index) => index < 4 || index === row.length - 1);
  return [narrow(head), rows.map(narrow)];
}

/** `12 healthy, 1 degraded`. */
export function countLine(integrations: readonly IntegrationStatus[], colours: Colours): string {
  if (integrations.length === 0) return 'there are no integrations';
  const counts = urgency.map(
    (status) => [status, integrations.filter((one) => one.status === status).length] as const,
  );
  return counts
    .filter(([, count]) => count > 0)
    .map(([status, count]) => painted(colours, status)(`${count} ${status}`))
    .join(', ');
}

function share(failures: number, calls: number): string {
  return `${failures} (${((100 * failures) / Math.max(calls, 1)).toFixed(1)} %)`;
}

/** The bound below which 95 of 100 calls stay, over all operations. */
function p95({ operations }: IntegrationStatus['stats']): string {
  const all = Object.values(operations);
  const calls = all.reduce((sum, one) => sum + one.calls, 0);
  if (calls === 0) return '';
  const within = (index: number) => all.reduce((sum, { buckets }) => sum + (buckets[index] ?? 0), 0);
  const bound = latencyBoundsMs.find((_, index) => within(index) >= calls * 0.95);
  return bound === undefined ? `>${latencyBoundsMs.at(-1)} ms` : `≤${bound} ms`;
}

const ages: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** `3 min`: how long ago, by the largest unit that fits. */
export function age(ms: number): string {
  const [unitMs, unit] = ages.find(([least]) => ms >= least) ?? [1_000, 's'];
  return `${Math.max(0, Math.floor(ms / unitMs))} ${unit}`;
}
