/**
 * Which messages are due. Pure: reads alerts, moves groups on, and claims each message before it is sent.
 *
 * A group is told by the channels of its steps up to the present one. Each channel is told what changed since it was told last: first after
 * `groupWait`, then at most every `groupInterval`, again after `repeatInterval` while nobody acknowledges, and once more
 * when all is resolved. The next step is reached when its time has come without an acknowledgement, or at once when a channel failed.
 *
 * A claim that its owner did not settle in time is a message of which nobody knows whether it left. It is sent again, with the same id, only
 * where that does no harm; elsewhere the next step is told instead.
 */
import { type Alert, type Book, type Claim, type Group, muting } from './book.ts';
import type { Channel } from './channel.ts';
import type { AlertEvent } from './events.ts';
import { fingerprint, type Labels, matches } from './match.ts';
import type { Inhibition, Route } from './options.ts';

/** Milliseconds that a message may take with all its attempts; see `deliver.ts`. */
export const claimMs = 300_000;

/** How messages are planned. */
export interface Planning {
  readonly routes: readonly Route[];
  readonly inhibitions: readonly Inhibition[];
  readonly channels: Readonly<Record<string, Channel>>;
}

/** A message that this process has claimed and must send. */
export interface Due {
  readonly group: string;
  readonly channel: string;
  readonly claim: Claim;
}

interface Members {
  /** Alerts that fire and are not muted. */
  readonly audible: readonly string[];
  /** Alerts that fire, muted ones too. */
  readonly firing: ReadonlySet<string>;
}

/** Plans. @returns what to send now, and what happened */
export function plan(
  book: Book,
  planning: Planning,
  now: number,
): { readonly due: readonly Due[]; readonly events: readonly AlertEvent[] } {
  const due: Due[] = [];
  const events: AlertEvent[] = [];
  const members = membersOf(book, planning, now);
  for (const [key, group] of Object.entries(book.groups)) {
    const route = planning.routes.find(({ name }) => name === group.route);
    if (route === undefined) {
      delete book.groups[key];
      continue;
    }
    const own = members.get(key) ?? { audible: [], firing: new Set<string>() };
    const happened = (kind: AlertEvent['kind'], more: Partial<AlertEvent> = {}) =>
      events.push({ kind, at: now, labels: group.labels, group: key, ...more });
    dropStrangers(group, route);
    settleLost(group, route, planning, own, now, happened);
    escalate(group, route, own, now, happened);
    for (const channel of channelsOf(route, group.step)) {
      const claim = claimFor(group, key, route, channel, planning.channels[channel], own, now);
      if (claim !== undefined) due.push({ group: key, channel, claim });
    }
    const isDone = Object.values(group.told).every(({ firing }) => firing.length === 0);
    if (own.audible.length === 0 && isDone && Object.keys(group.claims).length === 0) delete book.groups[key];
  }
  forgetResolved(book);
  return { due, events };
}

/** Puts alerts into groups; makes those that are new. */
function membersOf(book: Book, { routes, inhibitions }: Planning, now: number): ReadonlyMap<string, Members> {
  const members = new Map<string, { audible: string[]; firing: Set<string> }>();
  const mutedBy = muting(book, inhibitions, now);
  for (const [key, alert] of Object.entries(book.alerts)) {
    const route = routes.find((one) => matches(one.match, alert.labels));
    if (alert.state !== 'firing' || route === undefined) continue;
    const labels = groupLabels(route, alert);
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

const groupLabels = (route: Route, { labels }: Alert): Labels =>
  Object.fromEntries(
    route.groupBy.flatMap((name) => (labels[name] === undefined ? [] : [[name, labels[name]]])),
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

const channelsOf = (route: Route, step: number): ReadonlySet<string> =>
  new Set(route.steps.slice(0, step + 1).flatMap(({ channels }) => channels));

/** Channels that the route had before it was changed. */
function dropStrangers(group: Group, route: Route): void {
  const known = channelsOf(route, route.steps.length);
  for (const record of [group.told, group.retryAt, group.claims])
    for (const channel of Object.keys(record)) if (!known.has(channel)) delete record[channel];
}

type Happened = (kind: AlertEvent['kind'], more?: Partial<AlertEvent>) => void;

/** Claims whose owner was stopped. */
function settleLost(
  group: Group,
  route: Route,
  { channels }: Planning,
  { audible }: Members,
  now: number,
  happened: Happened,
): void {
  for (const [channel, claim] of Object.entries(group.claims)) {
    if (claim.until > now || channels[channel]?.repeatable === true) continue;
    delete group.claims[channel];
    group.told[channel] = { at: claim.at, firing: claim.firing };
    happened('delivery_unknown', { channel, message: claim.id, says: 'its sender was stopped' });
    if (audible.length > 0) nextStep(group, route, happened);
  }
}

/** Goes on to the next step, if there is one and nobody has acknowledged. */
export function nextStep(group: Group, route: Route, happened: Happened): void {
  if (group.acknowledged !== undefined || group.step >= route.steps.length - 1) return;
  group.step += 1;
  happened('escalated', { says: `step ${group.step + 1} of ${route.steps.length}` });
}

/** Steps whose time has come. An alert that came after an acknowledgement begins again. */
function escalate(group: Group, route: Route, { audible }: Members, now: number, happened: Happened): void {
  const known = new Set(Object.values(group.told).flatMap(({ firing }) => firing));
  if (group.acknowledged !== undefined && audible.some((key) => !known.has(key))) {
    group.acknowledged = undefined;
    group.step = 0;
    group.escalatesFrom = now;
  }
  if (audible.length === 0) return;
  for (;;) {
    const next = route.steps[group.step + 1];
    if (next === undefined || group.acknowledged !== undefined || now < group.escalatesFrom + next.after)
      return;
    nextStep(group, route, happened);
  }
}

/** Claims a message to one channel if it is due. */
function claimFor(
  group: Group,
  key: string,
  route: Route,
  name: string,
  channel: Channel | undefined,
  { audible, firing }: Members,
  now: number,
): Claim | undefined {
  const lost = group.claims[name];
  if (channel === undefined || (lost?.until ?? 0) > now || (group.retryAt[name] ?? 0) > now) return undefined;
  if (lost !== undefined) {
    group.claims[name] = { ...lost, at: now, until: now + claimMs };
    return group.claims[name];
  }
  const told = group.told[name];
  // What was told and is muted since is neither told again nor told to be over.
  const kept = (told?.firing ?? []).filter((one) => firing.has(one));
  const next = [...new Set([...kept, ...audible])].sort();
  const resolved = (told?.firing ?? []).filter((one) => !firing.has(one));
  const isChanged = resolved.length > 0 || next.length > kept.length;
  const why = whyNow(group, route, name, channel, next, isChanged, now);
  if (why === undefined) return undefined;
  group.sequence += 1;
  const id = `${key}#${group.openedAt}.${group.sequence}`;
  group.claims[name] = { id, at: now, until: now + claimMs, why, firing: next, resolved };
  return group.claims[name];
}

function whyNow(
  group: Group,
  route: Route,
  name: string,
  channel: Channel,
  firing: readonly string[],
  isChanged: boolean,
  now: number,
): Claim['why'] | undefined {
  const told = group.told[name];
  const isLive = channel.refreshMs !== undefined;
  if (told === undefined || (told.firing.length === 0 && isChanged)) {
    if (firing.length === 0) return undefined;
    if (told !== undefined) return isLive || now >= told.at + route.groupInterval ? 'changed' : undefined;
    if (route.steps[0]?.channels.includes(name) !== true) return 'escalation';
    return isLive || now >= group.openedAt + route.groupWait ? 'new' : undefined;
  }
  if (isChanged) {
    if (!isLive && now < told.at + route.groupInterval) return undefined;
    return firing.length === 0 ? 'resolved' : 'changed';
  }
  if (firing.length === 0) return undefined;
  if (channel.refreshMs !== undefined) return now >= told.at + channel.refreshMs ? 'repeat' : undefined;
  return group.acknowledged === undefined && now >= told.at + route.repeatInterval ? 'repeat' : undefined;
}

/** Resolved alerts are kept as long as somebody must be told. */
function forgetResolved(book: Book): void {
  const needed = new Set(
    Object.values(book.groups).flatMap(({ told, claims }) => [
      ...Object.values(told).flatMap(({ firing }) => firing),
      ...Object.values(claims).flatMap(({ firing, resolved }) => [...firing, ...resolved]),
    ]),
  );
  for (const [key, { state }] of Object.entries(book.alerts))
    if (state === 'resolved' && !needed.has(key)) delete book.alerts[key];
}
