/** The alert engine: looks at the registry and at what it is told, and tells people. */
import { randomUUID } from 'node:crypto';
import {
  type Clock,
  IntegrationError,
  type Logger,
  parseOptions,
  type Registry,
  type StateStore,
  scopedState,
  silentLogger,
  systemClock,
} from '@im/core';
import type { ServiceLevels } from '../slo/service-levels.ts';
import { advance } from './advance.ts';
import { type Alert, type Book, changeBook, type Group, muting, readBook, type Silence } from './book.ts';
import type { Channel } from './channel.ts';
import { CustomSignals } from './custom.ts';
import { defaultAlertRules, defaultInhibitions } from './default-rules.ts';
import { deliver } from './deliver.ts';
import type { AlertEvent } from './events.ts';
import { Fleet } from './fleet.ts';
import type { Labels } from './match.ts';
import { toNotification, type Wording } from './notification.ts';
import { castVotes, judge, judgeWindows, type Verdict } from './observe.ts';
import {
  type InhibitionInput,
  parseRouting,
  type RouteInput,
  type SilenceRequest,
  silenceRequest,
} from './options.ts';
import { type Due, type Planning, plan } from './plan.ts';
import { type AlertRuleInput, parseAlertRules } from './rules.ts';
import { settle } from './settle.ts';
import type { CustomSignal } from './signals.ts';
import { createTurns } from './turns.ts';

/** How an engine is made. */
export interface AlertEngineOptions {
  readonly registry: Registry;
  /** Shared by all processes of a fleet; what is in it survives restarts. */
  readonly state: StateStore;
  /** For burn rates, absence and shares of failed calls. Absent: such rules never fire. */
  readonly levels?: ServiceLevels | undefined;
  /** In place of {@link defaultAlertRules}; of two rules of a name the later one holds. */
  readonly rules?: readonly AlertRuleInput[] | undefined;
  /** Signals of your own, by name, for `record` and `count`. */
  readonly signals?: Readonly<Record<string, CustomSignal>> | undefined;
  /** Ways to tell people, by a name of your choice. */
  readonly channels: Readonly<Record<string, Channel>>;
  /** The first whose match fits has the alert; one that no route fits is told to nobody. */
  readonly routes: readonly RouteInput[];
  /** In place of {@link defaultInhibitions}. */
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
   * @throws {@link IntegrationError} `not_found`
   */
  acknowledge(group: string, by: string, note?: string): Promise<void>;
  /** Tells nobody about some alerts for a time. @throws a `ConfigurationError` */
  silence(request: SilenceRequest): Promise<Silence>;
  /** Ends a silence now. @throws {@link IntegrationError} `not_found` */
  unsilence(id: string, by: string): Promise<void>;
  silences(): Promise<readonly Silence[]>;
  /** Tells the level of a signal of your own. @throws {@link IntegrationError} `invalid_argument` for one that is not declared */
  record(signal: string, labels: Labels, value: number, says?: string): void;
  /** Counts events: `count('payment_alerts', { gateway: 'stripe', kind: alert.kind }, 1, alert.says)`. Evaluated within a second. @throws as `record` */
  count(signal: string, labels: Labels, by?: number, says?: string): void;
}

const defaultIntervalMs = 30_000;
/** Messages sent in one evaluation one after the other, for the same group: at most one for each step. */
const mostRounds = 10;

/**
 * Makes an engine, which evaluates from now on.
 *
 * @throws a `ConfigurationError` with every fault of rules, routes or inhibitions
 */
export function createAlertEngine(options: AlertEngineOptions): AlertEngine {
  const { registry, levels, channels, clock = systemClock, logger = silentLogger } = options;
  const intervalMs = options.intervalMs ?? defaultIntervalMs;
  const state = scopedState(options.state, 'alerts');
  const now = () => clock.now();
  const custom = new CustomSignals(options.signals ?? {}, now);
  const rules = parseAlertRules(options.rules ?? defaultAlertRules, custom.declared);
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  const routing = { routes: options.routes, inhibitions: options.inhibitions ?? defaultInhibitions };
  const planning: Planning = { ...parseRouting(routing, Object.keys(channels)), channels };
  const wording: Wording = { rules: byName, signals: custom.declared, link: options.link };
  const fleet = new Fleet(state, options.process ?? randomUUID(), intervalMs, now);
  const closing = new AbortController();
  /** Counts change once a minute: an evaluation in between, for an event, need not read them all again. */
  let judged: { readonly at: number; readonly verdicts: ReadonlyMap<string, Verdict> } = {
    at: Number.NEGATIVE_INFINITY,
    verdicts: new Map(),
  };

  const tell = (events: readonly AlertEvent[]): void => {
    for (const event of events) {
      try {
        options.onEvent?.(event);
      } catch (error) {
        logger.error('a listener of alerts threw', { error });
      }
    }
  };

  const send = async (book: Book, due: Due): Promise<void> => {
    const group = book.groups[due.group];
    const channel = channels[due.channel];
    if (group === undefined || channel === undefined) return;
    const notification = toNotification(book, group, due, wording);
    const outcome = await deliver(channel, notification, clock, closing.signal);
    tell(await changeBook(state, (latest) => settle(latest, due, outcome, planning.routes, now())));
  };

  const evaluate = async (): Promise<void> => {
    await fleet.publish(castVotes(rules, registry.list(), custom.read, now()));
    if (!(await fleet.leads())) return;
    if (now() - judged.at >= intervalMs)
      judged = { at: now(), verdicts: await judgeWindows(rules, registry, levels) };
    const verdicts = new Map([...judge(rules, await fleet.votes()), ...judged.verdicts]);
    for (let round = 0; round < mostRounds; round += 1) {
      const { due, book, events } = await changeBook(state, (latest) => {
        const moved = round === 0 ? advance(latest, byName, verdicts, now()) : [];
        const planned = plan(latest, planning, now());
        return { due: planned.due, book: latest, events: [...moved, ...planned.events] };
      });
      tell(events);
      if (due.length === 0) return;
      await Promise.all(due.map((one) => send(book, one)));
    }
  };

  const turns = createTurns(evaluate, clock, intervalMs, (error) =>
    logger.error('alerts could not be evaluated', { error }),
  );
  const stopListening = registry.on((event) => {
    custom.hear(event);
    if (event.kind === 'status' || event.kind === 'breaker' || event.kind === 'forecast') turns.soon();
  });

  const isOnly = (only: Labels, labels: Labels) =>
    Object.entries(only).every(([name, value]) => labels[name] === value);

  return {
    evaluate: turns.now,
    async alerts(only = {}) {
      const book = await readBook(state);
      const mutedBy = muting(book, planning.inhibitions, now());
      return Object.values(book.alerts)
        .filter(({ labels }) => isOnly(only, labels))
        .map((alert) => ({ ...alert, mutedBy: mutedBy(alert) }));
    },
    async groups(only = {}) {
      const { groups } = await readBook(state);
      return Object.entries(groups)
        .filter(([, { labels }]) => isOnly(only, labels))
        .map(([key, group]) => ({ ...group, key }));
    },
    async acknowledge(key, by, note) {
      const labels = await changeBook(state, ({ groups }) => {
        const group = groups[key];
        if (group === undefined) throw notFound(`there is no group of alerts ${JSON.stringify(key)}`);
        group.acknowledged ??= { by, at: now(), note };
        return group.labels;
      });
      tell([{ kind: 'acknowledged', at: now(), labels, group: key, says: `by ${by}` }]);
    },
    async silence(request) {
      const checked = parseOptions({ id: 'alerts', options: silenceRequest }, request, 'silence');
      const silence = await changeBook(state, (book): Silence => {
        book.silences = book.silences.filter(({ to }) => to > now());
        book.silenceCount += 1;
        const made = { ...checked, from: checked.from ?? now(), id: String(book.silenceCount) };
        book.silences.push(made);
        return made;
      });
      const says = `${silence.id} by ${silence.by}: ${silence.why}`;
      tell([{ kind: 'silenced', at: now(), labels: {}, says }]);
      return silence;
    },
    async unsilence(id, by) {
      await changeBook(state, (book) => {
        if (!book.silences.some((one) => one.id === id))
          throw notFound(`there is no silence ${JSON.stringify(id)}`);
        book.silences = book.silences.filter((one) => one.id !== id);
      });
      tell([{ kind: 'unsilenced', at: now(), labels: {}, says: `${id} by ${by}` }]);
    },
    silences: async () => (await readBook(state)).silences.filter(({ to }) => to > now()),
    record: (signal, labels, value, says) => custom.record(signal, labels, value, says),
    count(signal, labels, by = 1, says) {
      custom.count(signal, labels, by, says);
      turns.soon();
    },
    async [Symbol.asyncDispose]() {
      stopListening();
      closing.abort(
        new IntegrationError('the alert engine is closed', { code: 'unavailable', retryable: false }),
      );
      await turns.close();
      await fleet
        .resign()
        .catch((error: unknown) => logger.error('alerts could not be handed over', { error }));
    },
  };
}

const notFound = (says: string) =>
  new IntegrationError(says, { code: 'not_found', remedy: 'list them: what has ended is not kept' });
