/** What people read: what, where, since when, how bad, what to do, and a link. */
import { scrub } from '@im/http';
import { durationText } from '../slo/duration.ts';
import type { Alert, Book, Group } from './book.ts';
import { type Labels, labelOf } from './match.ts';
import type { Due } from './plan.ts';
import { type AlertRule, type Severity, severities } from './rules.ts';
import { type CustomSignal, valueText } from './signals.ts';

/** One alert of a message. Times in milliseconds since 1970. */
export interface NotifiedAlert {
  readonly name: string;
  readonly severity: Severity;
  readonly labels: Labels;
  /** What it is. */
  readonly summary: string;
  /** Where it is: `integration spotify_main of tenant acme (spotify)`. */
  readonly where: string;
  /** How bad it is: `0 calls left (limit 10)`. */
  readonly value: string;
  /** Why, as far as is known. */
  readonly says?: string | undefined;
  readonly since: number;
  readonly resolvedAt?: number | undefined;
  /** What to do. */
  readonly action: string;
  readonly runbook?: string | undefined;
  readonly link?: string | undefined;
}

/** A message. */
export interface Notification {
  /** The same for every attempt; names the message to receivers that can tell. */
  readonly id: string;
  /** To acknowledge by. */
  readonly group: string;
  readonly status: 'firing' | 'resolved';
  readonly why: 'new' | 'changed' | 'repeat' | 'escalation' | 'resolved';
  /** 1 is the first. */
  readonly step: number;
  readonly severity: Severity;
  /** One line: `[FIRING critical] IntegrationDown: spotify_main of acme is down`. */
  readonly title: string;
  readonly at: number;
  readonly firing: readonly NotifiedAlert[];
  readonly resolved: readonly NotifiedAlert[];
  readonly link?: string | undefined;
}

/** What messages are made with. */
export interface Wording {
  readonly rules: ReadonlyMap<string, AlertRule>;
  readonly signals: Readonly<Record<string, CustomSignal>>;
  /** Page of the application about an alert. */
  readonly link?: ((labels: Labels) => string | undefined) | undefined;
}

/** Makes the message that was claimed. Alerts that are not known any more are left out. */
export function toNotification(book: Book, group: Group, due: Due, wording: Wording): Notification {
  const { claim } = due;
  const of = (keys: readonly string[]) =>
    keys.flatMap((key) => {
      const alert = book.alerts[key];
      return alert === undefined ? [] : [toNotified(alert, wording)];
    });
  const bySeverity = (one: NotifiedAlert, other: NotifiedAlert) =>
    severities.indexOf(one.severity) - severities.indexOf(other.severity);
  const firing = of(claim.firing).sort(bySeverity);
  const resolved = of(claim.resolved)
    .sort(bySeverity)
    .map((alert) => ({ ...alert, resolvedAt: alert.resolvedAt ?? claim.at }));
  const status = firing.length > 0 ? 'firing' : 'resolved';
  const [first] = [...firing, ...resolved];
  const severity = first?.severity ?? 'info';
  const more = firing.length + resolved.length - 1;
  const head = status === 'firing' ? `[FIRING ${severity}]` : '[RESOLVED]';
  const what = first === undefined ? 'an alert' : `${first.name}: ${first.summary}`;
  return {
    id: claim.id,
    group: due.group,
    status,
    why: claim.why,
    step: group.step + 1,
    severity,
    title: oneLine(`${head} ${what}${more > 0 ? ` and ${more} more` : ''}`),
    at: claim.at,
    firing,
    resolved,
    link: first?.link,
  };
}

function toNotified(alert: Alert, { rules, signals, link }: Wording): NotifiedAlert {
  const { labels, value, says, since, resolvedAt } = alert;
  const rule = rules.get(alert.rule);
  return {
    name: alert.rule,
    severity: severities.find((one) => one === labels.severity) ?? 'info',
    labels,
    summary: oneLine(fill(rule?.summary ?? alert.rule, labels)),
    where: oneLine(whereOf(labels)),
    value: rule === undefined ? String(value) : howBad(rule, value, signals),
    says: says === undefined ? undefined : scrub(says, []),
    since,
    resolvedAt,
    action: fill(rule?.action ?? '', labels),
    runbook: rule?.runbook,
    link: link?.(labels),
  };
}

/** `{tenant}` becomes the label of that name, or nothing. */
export function fill(template: string, labels: Labels): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => labelOf(labels, name));
}

/** Names come from tenants: none of them may begin a line of its own, in a mail's header least of all. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

const own = new Set(['alert', 'severity', 'tenant', 'integration', 'provider']);

function whereOf(labels: Labels): string {
  const { tenant, integration, provider } = labels;
  const parts = [
    ...(integration === undefined ? [] : [`integration ${integration}`]),
    ...(tenant === undefined ? [] : [`tenant ${tenant}`]),
    ...Object.entries(labels).flatMap(([name, value]) => (own.has(name) ? [] : [`${name} ${value}`])),
  ];
  return `${parts.join(', ')}${provider === undefined ? '' : ` (${provider})`}`;
}

function howBad(rule: AlertRule, value: number, signals: Readonly<Record<string, CustomSignal>>): string {
  if (rule.kind === 'absence') return `no calls in ${durationText(rule.over)}`;
  if (rule.kind === 'burn_rate')
    return `the ${rule.objective} budget burns ${Number(value.toPrecision(4))} times as fast as it may`;
  const over = rule.over === undefined ? '' : ` in ${durationText(rule.over)}`;
  return valueText(rule.signal, value, `${over} (alert when ${rule.op} ${rule.value})`, signals);
}
