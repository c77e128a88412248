/** A message as plain text, for e-mail, and in one breath, for a phone. */
import { durationText } from '../slo/duration.ts';
import type { Notification, NotifiedAlert } from './notification.ts';

/** Most alerts that are written out; the others are counted. */
export const mostShown = 20;

const instant = (at: number) => new Date(at).toISOString().replace(/\.000Z$/, 'Z');

/** `2030-01-01T00:00:00Z (12m ago)`. */
export function sinceText(alert: NotifiedAlert, now: number): string {
  const { since, resolvedAt } = alert;
  const seconds = (ms: number) => durationText(Math.round(ms / 1_000) * 1_000);
  return resolvedAt === undefined
    ? `${instant(since)} (for ${seconds(now - since)})`
    : `${instant(since)} until ${instant(resolvedAt)} (${seconds(resolvedAt - since)})`;
}

/** The lines about one alert: label and text. */
export function facts(
  alert: NotifiedAlert,
  now: number,
): readonly (readonly [label: string, text: string])[] {
  const { where, value, says, action, runbook, link, resolvedAt } = alert;
  const isOver = resolvedAt !== undefined;
  return [
    ['Where', where],
    ['Since', sinceText(alert, now)],
    ...(isOver ? [] : ([['How bad', value]] as const)),
    ...(isOver || says === undefined ? [] : ([['Why', says]] as const)),
    ...(isOver || action === '' ? [] : ([['What to do', action]] as const)),
    ...(isOver || runbook === undefined ? [] : ([['Runbook', runbook]] as const)),
    ...(link === undefined ? [] : ([['Link', link]] as const)),
  ];
}

/** The whole message as text of several lines. */
export function plainText(notification: Notification): string {
  const { firing, resolved, at, step, why } = notification;
  const all = [...firing, ...resolved];
  const blocks = all
    .slice(0, mostShown)
    .map((alert) =>
      [
        `${alert.resolvedAt === undefined ? alert.severity.toUpperCase() : 'RESOLVED'}: ${alert.summary} (${alert.name})`,
        ...facts(alert, at).map(([label, text]) => `  ${label}: ${text}`),
      ].join('\n'),
    );
  if (all.length > mostShown) blocks.push(`… and ${all.length - mostShown} more`);
  if (why === 'escalation') blocks.push(`Nobody acknowledged it so far: this is step ${step}.`);
  if (why === 'repeat') blocks.push('It was told before, and nobody has acknowledged it.');
  return `${blocks.join('\n\n')}\n`;
}

/** The message in at most `most` characters. */
export function shortText({ title, link, firing }: Notification, most: number): string {
  const rest = firing.length === 1 && firing[0] !== undefined ? ` ${firing[0].value}` : '';
  const tail = link === undefined ? '' : ` ${link}`;
  const room = Math.max(most - tail.length, 0);
  const text = `${title}${rest}`;
  return `${text.length > room ? `${text.slice(0, Math.max(room - 1, 0))}…` : text}${tail}`.slice(0, most);
}
