import type { Labels } from './match.ts';

/** Something that happened to alerts. Plain data without secrets. */
export interface AlertEvent {
  /**
   * `pending`, `firing`, `resolved`: an alert. `delivered`, `delivery_failed`, `delivery_unknown` (it may have arrived, and is not sent again), `recipient_refused`: a message.
   * `escalated`, `acknowledged`: a group. `silenced`, `unsilenced`. `overflow`: there were too many alerts to keep.
   */
  readonly kind:
    | 'pending'
    | 'firing'
    | 'resolved'
    | 'delivered'
    | 'delivery_failed'
    | 'delivery_unknown'
    | 'recipient_refused'
    | 'escalated'
    | 'acknowledged'
    | 'silenced'
    | 'unsilenced'
    | 'overflow';
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the alert or of the group. */
  readonly labels: Labels;
  readonly group?: string | undefined;
  readonly channel?: string | undefined;
  /** Id of the message. */
  readonly message?: string | undefined;
  /** For people. */
  readonly says?: string | undefined;
}
