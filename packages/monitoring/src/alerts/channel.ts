/** What a way to tell people promises. */
import type { Notification } from './notification.ts';

/** What a channel gets with each attempt. */
export interface ChannelCall {
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * Recipients that are dealt with, so that later attempts of the same message leave them out: those who have it, and those of whom nobody knows.
   * Empty at the first attempt. A message that some have counts as accepted, whatever comes of the others.
   */
  readonly done: Map<string, 'told' | 'unknown'>;
}

/** What came of a message that was accepted. */
export interface Accepted {
  /** Recipients that will never get it, each with the reason; the others have it. */
  readonly refused?: readonly string[] | undefined;
}

/** A way to tell people. */
export interface Channel {
  /** What it is, for logs and events: `slack`. */
  readonly kind: string;
  /** Whether the same id may be sent twice without anybody noticing. Where it may not, a message of which nobody knows is not sent again. */
  readonly repeatable: boolean;
  /**
   * Set by a channel that keeps alerts by itself, such as an Alertmanager: it hears of every change at once, and of what fires each time so many
   * milliseconds have passed.
   */
  readonly refreshMs?: number | undefined;
  /**
   * Sends one message; called again when it failed for the moment.
   *
   * @throws IntegrationError when nobody was told: `effect` says whether that is certain, `retryable` and `retryAfterMs` whether another attempt is worth it
   */
  send(notification: Notification, call: ChannelCall): Promise<Accepted>;
}
