/** What an outcome does to the record. Pure. */
import type { Book } from './book.ts';
import type { Outcome } from './deliver.ts';
import type { AlertEvent } from './events.ts';
import { nextStep } from './groups.ts';
import type { Route } from './options.ts';
import type { Due } from './plan.ts';

/** Writes down what came of a message. @returns what happened */
export function settle(
  book: Book,
  { group: key, channel, claim }: Due,
  outcome: Outcome,
  routes: readonly Route[],
  now: number,
): readonly AlertEvent[] {
  const events: AlertEvent[] = [];
  const group = book.groups[key];
  const route = routes.find(({ name }) => name === group?.route);
  const labels = group?.labels ?? {};
  const happened = (kind: AlertEvent['kind'], more: Partial<AlertEvent> = {}) =>
    events.push({ kind, at: now, labels, group: key, channel, message: claim.id, ...more });
  if (outcome.kind === 'accepted') {
    happened('delivered', { says: claim.why });
    for (const says of outcome.refused) happened('recipient_refused', { says });
  } else if (outcome.kind !== 'postponed')
    happened(outcome.kind === 'unknown' ? 'delivery_unknown' : 'delivery_failed', { says: outcome.says });
  // Settled by somebody else meanwhile, who took this process for dead.
  if (group === undefined || route === undefined || group.claims[channel]?.id !== claim.id) return events;
  delete group.claims[channel];
  if (outcome.kind === 'postponed') return events;
  if (outcome.kind === 'failed') group.retryAt[channel] = now + route.groupInterval;
  // The claim stays, so that it is sent again with the same id.
  else if (outcome.kind === 'again') group.claims[channel] = { ...claim, until: now + route.groupInterval };
  else {
    delete group.retryAt[channel];
    group.told[channel] = { at: now, firing: claim.firing };
  }
  if (outcome.kind !== 'accepted' && claim.firing.length > 0) nextStep(group, route, happened);
  return events;
}
