/** The alert engine as applications see it. */
import type { Clock, Logger, Registry, StateStore } from '@im/core';
import type { ServiceLevels } from '../slo/service-levels.ts';
import type { Alert, Group, Silence } from './book.ts';
import type { Channel } from './channel.ts';
import type { AlertEvent } from './events.ts';
import type { Labels } from './match.ts';
import type { InhibitionInput, RouteInput, SilenceRequest } from './options.ts';
import type { AlertRuleInput } from './rules.ts';
import type { CustomSignal } from './signals.ts';

/** How an engine is made. */
export interface AlertEngineOptions {
  readonly registry: Registry;
  /** Shared by all processes of a fleet; what is in it survives restarts. */
  readonly state: StateStore;
  /** For burn rates, absence and shares of failed calls. Absent: such rules never fire. */
  readonly levels?: ServiceLevels | undefined;
  /** In place of `defaultAlertRules`; of two rules of a name the later one holds. */
  readonly rules?: readonly AlertRuleInput[] | undefined;
  /** Signals of your own, by name, for `record` and `count`. */
  readonly signals?: Readonly<Record<string, CustomSignal>> | undefined;
  /** Ways to tell people, by a name of your choice. */
  readonly channels: Readonly<Record<string, Channel>>;
  /** The first whose match fits has the alert; one that no route fits is told to nobody. */
  readonly routes: readonly RouteInput[];
  /** In place of `defaultInhibitions`. */
  readonly inhibitions?: readonly InhibitionInput[] | undefined;
  /** Address of the application's page about an alert. */
  readonly link?: ((labels: Labels) => string | undefined) | undefined;
  /** Called at once with each event, in the process where it happened; what it throws is logged and changes nothing. */
  readonly onEvent?: ((event: AlertEvent) => void) | undefined;
  /** Milliseconds between two evaluations. Default 30 000. Events of the registry cause one within a second. */
  readonly intervalMs?: number | undefined;
  /** Names this process, unlike any other that lives at the same time. Default: random. */
  readonly process?: string | undefined;
  readonly clock?: Clock | undefined;
  readonly logger?: Logger | undefined;
}

/** An alert as it is shown. */
export interface ShownAlert extends Readonly<Alert> {
  /** Why it is told to nobody: `silence 3`, `alert IntegrationDown`. Absent: it is told. */
  readonly mutedBy?: string | undefined;
}

/** A group as it is shown; its key is what one acknowledges. */
export interface ShownGroup extends Readonly<Group> {
  readonly key: string;
}

/** Evaluates while it lives: dispose it (`await using`). */
export interface AlertEngine extends AsyncDisposable {
  /** Evaluates now and sends what is due. Does nothing while another process leads. @throws what the store throws */
  evaluate(): Promise<void>;
  /** Alerts that are pending, firing, or resolved and not yet told so. @param only those whose labels are these: `{ tenant: 'acme' }` */
  alerts(only?: Labels): Promise<readonly ShownAlert[]>;
  /** Groups that were or will be told. */
  groups(only?: Labels): Promise<readonly ShownGroup[]>;
  /**
   * Stops escalation and repetition of a group, until an alert joins it.
   *
   * @throws `IntegrationError` `not_found`
   */
  acknowledge(group: string, by: string, note?: string): Promise<void>;
  /** Tells nobody about some alerts for a time. @throws a `ConfigurationError` */
  silence(request: SilenceRequest): Promise<Silence>;
  /** Ends a silence now. @throws `IntegrationError` `not_found` */
  unsilence(id: string, by: string): Promise<void>;
  silences(): Promise<readonly Silence[]>;
  /** Tells the level of a signal of your own. @throws `IntegrationError` `invalid_argument` for one that is not declared */
  record(signal: string, labels: Labels, value: number, says?: string): void;
  /** Counts events: `count('payment_alerts', { gateway: 'stripe', kind: alert.kind }, 1, alert.says)`. Evaluated within a second. @throws as `record` */
  count(signal: string, labels: Labels, by?: number, says?: string): void;
}
