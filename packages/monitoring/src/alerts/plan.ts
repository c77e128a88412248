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
import type { Book, Claim, Group } from './book.ts';
import type { Channel } from './channel.ts';
import type { AlertEvent } from './events.ts';
import {
  channelsOf,
  forgetResolved,
  forgetStrangers,
  type Happened,
  isOver,
  type Members,
  membersOf,
  nextStep,
} from './groups.ts';
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

/** Plans. @returns what to send now, and what happened */
export function plan(
  book: Book,
  { routes, inhibitions, channels }: Planning,
  now: number,
): { readonly due: readonly Due[]; readonly events: readonly AlertEvent[] } {
  const due: Due[] = [];
  const events: AlertEvent[] = [];
  const members = membersOf(book, routes, inhibitions, now);
  for (const [key, group] of Object.entries(book.groups)) {
    const route = routes.find(({ name }) => name === group.route);
    if (route === undefined) {
      delete book.groups[key];
      continue;
    }
    const own = members.get(key) ?? { audible: [], firing: new Set<string>() };
    const happened: Happened = (kind, more = {}) =>
      events.push({ kind, at: now, labels: group.labels, group: key, ...more });
    forgetStrangers(group, route, book);
    settleLost(group, route, channels, own, now, happened);
    escalate(group, route, own, now, happened);
    for (const name of new Set([...channelsOf(route, group.step), ...Object.keys(group.told)])) {
      const channel = channels[name];
      const claim = channel && claimFor({ key, group, route, name, channel, now }, own);
      if (claim !== undefined) due.push({ group: key, channel: name, claim });
    }
    if (isOver(group, own)) delete book.groups[key];
  }
  forgetResolved(book);
  return { due, events };
}

/** Claims whose owner was stopped. */
function settleLost(
  group: Group,
  route: Route,
  channels: Planning['channels'],
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

/** One channel of one group. */
interface Place {
  readonly key: string;
  readonly group: Group;
  readonly route: Route;
  readonly name: string;
  readonly channel: Channel;
  readonly now: number;
}

/** Claims a message to one channel if it is due. */
function claimFor(place: Place, { audible, firing }: Members): Claim | undefined {
  const { key, group, route, name, now } = place;
  const lost = group.claims[name];
  if ((lost?.until ?? 0) > now || (group.retryAt[name] ?? 0) > now) return undefined;
  const claim = (what: Omit<Claim, 'at' | 'until'>): Claim => {
    const made = { ...what, at: now, until: now + claimMs };
    group.claims[name] = made;
    return made;
  };
  if (lost !== undefined) return claim(lost);
  const told = group.told[name]?.firing ?? [];
  // What was told and is muted since is neither told again nor told to be over.
  const kept = told.filter((one) => firing.has(one));
  const resolved = told.filter((one) => !firing.has(one));
  // A channel of a later step, told before the steps began again, hears of what it knows and of no more.
  const heard = channelsOf(route, group.step).has(name) ? audible : [];
  const next = [...new Set([...kept, ...heard])].sort();
  const isChanged = resolved.length > 0 || next.length > kept.length;
  const why = isChanged ? whyChanged(place, next) : whyAgain(place, heard);
  if (why === undefined) return undefined;
  group.sequence += 1;
  return claim({ id: `${key}#${group.openedAt}.${group.sequence}`, why, firing: next, resolved });
}

/** Why a channel is to be told now of what it does not know. */
function whyChanged(
  { group, route, name, channel, now }: Place,
  firing: readonly string[],
): Claim['why'] | undefined {
  const told = group.told[name];
  const isLive = channel.refreshMs !== undefined;
  if (told !== undefined) {
    if (!isLive && now < told.at + route.groupInterval) return undefined;
    return firing.length === 0 ? 'resolved' : 'changed';
  }
  if (route.steps[0]?.channels.includes(name) !== true) return 'escalation';
  return isLive || now >= group.openedAt + route.groupWait ? 'new' : undefined;
}

/** Why a channel is to be told again of what it knows. One that keeps alerts by itself is, also of what is muted or acknowledged. */
function whyAgain(
  { group, route, name, channel, now }: Place,
  heard: readonly string[],
): Claim['why'] | undefined {
  const told = group.told[name];
  if (told === undefined || told.firing.length === 0) return undefined;
  const isDue = now >= told.at + (channel.refreshMs ?? route.repeatInterval);
  const isWanted = channel.refreshMs !== undefined || (heard.length > 0 && group.acknowledged === undefined);
  return isDue && isWanted ? 'repeat' : undefined;
}
