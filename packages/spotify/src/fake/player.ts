/** A user's player: devices, what plays, what comes next, what was played. Time passes by the fake's clock. */
import type { Clock } from '@im/core';
import { digitsOf } from './catalogue.ts';

/** A device. A test may change it. */
export interface FakeDevice {
  readonly id: string;
  name: string;
  type: string;
  isRestricted: boolean;
  supportsVolume: boolean;
  volumePercent: number;
}

/** Something that was played. */
export interface Played {
  readonly uri: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly contextUri: string | undefined;
}

export interface Player {
  devices: FakeDevice[];
  /** Id of the device that plays or would go on playing. */
  activeId: string | undefined;
  contextUri: string | undefined;
  /** URIs of the context or list that is played. */
  items: string[];
  index: number;
  /** URIs put in between by the user. */
  queue: string[];
  isPlaying: boolean;
  /** Place in the present item at {@link Player.since}. */
  positionMs: number;
  /** When `positionMs` was true, milliseconds since 1970. */
  since: number;
  repeat: 'off' | 'track' | 'context';
  shuffle: boolean;
  /** Newest first. */
  history: Played[];
}

/** Id of a tenant's device; 0 is a computer, 1 a speaker. */
export const deviceIdOf = (tenant: string, index: number): string =>
  digitsOf(['device', tenant, index], 40).toLowerCase();

/** A player with two devices, of which none is active. */
export function createPlayer(clock: Clock, tenant: string): Player {
  const device = (index: number, name: string, type: string): FakeDevice => ({
    id: deviceIdOf(tenant, index),
    name,
    type,
    isRestricted: false,
    supportsVolume: true,
    volumePercent: 60,
  });
  return {
    devices: [device(0, 'Desk', 'Computer'), device(1, 'Kitchen', 'Speaker')],
    activeId: undefined,
    contextUri: undefined,
    items: [],
    index: 0,
    queue: [],
    isPlaying: false,
    positionMs: 0,
    since: clock.now(),
    repeat: 'off',
    shuffle: false,
    history: [],
  };
}

/** URI of what plays, or would go on. */
export const currentUri = (player: Player): string | undefined => player.items[player.index];

/** Sets the place in the present item, as of `now`. */
export function setPosition(player: Player, positionMs: number, now: number): void {
  player.positionMs = positionMs;
  player.since = now;
}

/** Lets the time since the last look pass: items end and the next begin. `lengthOf` gives an item's milliseconds. */
export function catchUp(player: Player, now: number, lengthOf: (uri: string) => number): void {
  while (player.isPlaying) {
    const uri = currentUri(player);
    const left = uri === undefined ? 0 : Math.max(lengthOf(uri), 1) - player.positionMs;
    if (uri !== undefined && player.since + left > now) {
      setPosition(player, player.positionMs + (now - player.since), now);
      return;
    }
    const end = player.since + left;
    if (uri !== undefined) remember(player, uri, end);
    if (player.repeat === 'track' && uri !== undefined) setPosition(player, 0, end);
    else if (!goForward(player, end)) {
      player.isPlaying = false;
      setPosition(player, 0, now);
    }
  }
  player.since = now;
}

/** Goes to the next item. @returns false at the end */
export function goForward(player: Player, now: number): boolean {
  const queued = player.queue.shift();
  if (queued !== undefined) player.items.splice(player.index + 1, 0, queued);
  if (player.index + 1 < player.items.length) player.index += 1;
  else if (player.repeat === 'context' && player.items.length > 0) player.index = 0;
  else return false;
  setPosition(player, 0, now);
  return true;
}

/** Goes to the item before. @returns false at the beginning */
export function goBack(player: Player, now: number): boolean {
  if (player.index === 0 && player.repeat !== 'context') return false;
  player.index = player.index === 0 ? player.items.length - 1 : player.index - 1;
  setPosition(player, 0, now);
  return true;
}

/** The vendor keeps the last fifty. */
const remembered = 50;

/** Notes that something was played. */
export function remember(player: Player, uri: string, at: number): void {
  if (!uri.startsWith('spotify:track:')) return;
  player.history.unshift({ uri, at, contextUri: player.contextUri });
  player.history.length = Math.min(player.history.length, remembered);
}
