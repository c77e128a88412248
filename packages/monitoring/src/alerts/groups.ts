/** Which alerts are told together, by whom, and when a group is over. Pure. */
import { type Alert, type Book, type Group, muting } from './book.ts';
import type { AlertEvent } from './events.ts';
import { fingerprint, type Labels, labelOf, matches } from './match.ts';
import type { Inhibition, Route } from './options.ts';

/** Alerts of one group that fire, by fingerprint. */
export interface Members {
  /** Those that are not muted. */
  readonly audible: readonly string[];
  /** All of them. */
  readonly firing: ReadonlySet<string>;
}

/** Puts alerts into groups; makes those that are new. @returns by key of the group */
export function membersOf(
  book: Book,
  routes: readonly Route[],
  inhibitions: readonly Inhibition[],
  now: number,
): ReadonlyMap<string, Members> {
  const members = new Map<string, { audible: string[]; firing: Set<string> }>();
  const mutedBy = muting(book, inhibitions, now);
  for (const [key, alert] of Object.entries(book.alerts)) {
    const route = routes.find((one) => matches(one.match, alert.labels));
    if (alert.state !== 'firing' || route === undefined) continue;
    const labels = labelsOf(route, alert);
    const groupKey = `${route.name} ${fingerprint(labels)}`;
    const own = members.get(groupKey) ?? { audible: [], firing: new Set() };
    members.set(groupKey, own);
    own.firing.add(key);
    if (mutedBy(alert) !== undefined) continue;
    own.audible.push(key);
    book.groups[groupKey] ??= newGroup(route, labels, now);
  }
  return members;
}

const labelsOf = ({ groupBy }: Route, { labels }: Alert): Labels =>
  Object.fromEntries(
    groupBy.filter((name) => Object.hasOwn(labels, name)).map((name) => [name, labelOf(labels, name)]),
  );

const newGroup = (route: Route, labels: Labels, now: number): Group => ({
  route: route.name,
  labels,
  openedAt: now,
  escalatesFrom: now + route.groupWait,
  step: 0,
  sequence: 0,
  told: {},
  retryAt: {},
  claims: {},
});

/** Channels of all steps up to `step`. */
export const channelsOf = (route: Route, step: number): ReadonlySet<string> =>
  new Set(route.steps.slice(0, step + 1).flatMap(({ channels }) => channels));

/** Told to a listener, about one group. */
export type Happened = (kind: AlertEvent['kind'], more?: Partial<AlertEvent>) => void;

/** Goes on to the next step, if there is one and nobody has acknowledged. */
export function nextStep(group: Group, route: Route, happened: Happened): void {
  if (group.acknowledged !== undefined || group.step >= route.steps.length - 1) return;
  group.step += 1;
  happened('escalated', { says: `step ${group.step + 1} of ${route.steps.length}` });
}

/** Forgets channels that the route had before it was changed, and alerts that nobody remembers. */
export function forgetStrangers(group: Group, route: Route, book: Book): void {
  const known = channelsOf(route, route.steps.length);
  for (const record of [group.told, group.retryAt, group.claims])
    for (const channel of Object.keys(record)) if (!known.has(channel)) delete record[channel];
  for (const [channel, told] of Object.entries(group.told)) {
    const firing = told.firing.filter((key) => book.alerts[key] !== undefined);
    if (firing.length < told.firing.length) group.told[channel] = { ...told, firing };
  }
}

/** Whether nobody has to be told anything any more. */
export function isOver({ told, claims }: Group, { audible }: Members): boolean {
  const isTold = Object.values(told).every(({ firing }) => firing.length === 0);
  return audible.length === 0 && isTold && Object.keys(claims).length === 0;
}

/** Resolved alerts are kept as long as somebody must be told. */
export function forgetResolved(book: Book): void {
  const needed = new Set(
    Object.values(book.groups).flatMap(({ told, claims }) => [
      ...Object.values(told).flatMap(({ firing }) => firing),
      ...Object.values(claims).flatMap(({ firing, resolved }) => [...firing, ...resolved]),
    ]),
  );
  for (const [key, { state }] of Object.entries(book.alerts))
    if (state === 'resolved' && !needed.has(key)) delete book.alerts[key];
}
