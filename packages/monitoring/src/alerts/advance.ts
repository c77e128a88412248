/** The states of alerts: inactive → pending → firing → resolved. Pure: what time and verdicts do to the record. */
import type { Alert, Book } from './book.ts';
import type { AlertEvent } from './events.ts';
import type { Verdict } from './observe.ts';
import type { AlertRule } from './rules.ts';

/** How long a resolved alert is remembered when somebody could not be told, milliseconds. */
const forgottenAfterMs = 86_400_000;
/** Most alerts that are kept; when there are more, the cause is one, and no list will help. */
export const mostAlerts = 10_000;

/** Moves every alert on. @returns what happened */
export function advance(
  book: Book,
  rules: ReadonlyMap<string, AlertRule>,
  verdicts: ReadonlyMap<string, Verdict>,
  now: number,
): readonly AlertEvent[] {
  const events: AlertEvent[] = [];
  for (const [key, verdict] of verdicts) {
    if (!verdict.active || (book.alerts[key] !== undefined && book.alerts[key].state !== 'resolved'))
      continue;
    if (book.alerts[key] === undefined && Object.keys(book.alerts).length >= mostAlerts) {
      events.push({ kind: 'overflow', at: now, labels: verdict.labels });
      break;
    }
    const { rule, labels, value, says } = verdict;
    book.alerts[key] = { rule, labels, state: 'pending', since: now, value, says };
    events.push({ kind: 'pending', at: now, labels });
  }
  for (const [key, alert] of Object.entries(book.alerts)) {
    const rule = rules.get(alert.rule);
    const verdict = rule === undefined ? undefined : verdicts.get(key);
    if (verdict !== undefined) {
      alert.value = verdict.value;
      alert.says = verdict.says;
    }
    const to = nextState(alert, rule, verdict, now);
    if (to === 'inactive') delete book.alerts[key];
    else if (to !== alert.state) {
      alert.state = to;
      if (to === 'firing') alert.firedAt = now;
      if (to === 'resolved') alert.resolvedAt = now;
      events.push({ kind: to, at: now, labels: alert.labels });
    }
  }
  return events;
}

function nextState(
  alert: Alert,
  rule: AlertRule | undefined,
  verdict: Verdict | undefined,
  now: number,
): Alert['state'] | 'inactive' {
  switch (alert.state) {
    case 'pending':
      if (verdict?.active !== true) return 'inactive';
      return now - alert.since >= (rule?.for ?? 0) ? 'firing' : 'pending';
    case 'firing':
      if (verdict === undefined) alert.clearSince ??= now;
      else alert.clearSince = undefined;
      return alert.clearSince !== undefined && now - alert.clearSince >= (rule?.keepFiring ?? 0)
        ? 'resolved'
        : 'firing';
    case 'resolved':
      return now - (alert.resolvedAt ?? now) >= forgottenAfterMs ? 'inactive' : 'resolved';
  }
}
