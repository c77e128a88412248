/** The alert engine: looks at the registry and at what it is told, and tells people. */
import { randomUUID } from 'node:crypto';
import { IntegrationError, parseOptions, scopedState, silentLogger, systemClock } from '@im/core';
import { advance } from './advance.ts';
import { type Book, changeBook, muting, readBook, type Silence } from './book.ts';
import { CustomSignals } from './custom.ts';
import { defaultAlertRules, defaultInhibitions } from './default-rules.ts';
import { deliver } from './deliver.ts';
import type { AlertEngine, AlertEngineOptions } from './engine.types.ts';
import type { AlertEvent } from './events.ts';
import { Fleet } from './fleet.ts';
import type { Labels } from './match.ts';
import { toNotification, type Wording } from './notification.ts';
import { castVotes, judge, judgeWindows, type Verdict } from './observe.ts';
import { parseRouting, silenceRequest } from './options.ts';
import { type Due, type Planning, plan } from './plan.ts';
import { parseAlertRules } from './rules.ts';
import { settle } from './settle.ts';
import { createTurns } from './turns.ts';

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
