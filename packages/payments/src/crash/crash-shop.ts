/** The child of a crash test: a shop that serves orders until it is killed, or done. Its state, and its processors, are in its parent. */
import { type Clock, type StateStore, systemClock } from '@im/core';
import type { PaymentAbility } from '../abilities.ts';
import type { PaymentDriver } from '../driver.ts';
import { createPaymentGateway } from '../gateway.ts';
import type { PaymentGateway } from '../gateway.types.ts';
import { ourBooks, serveOrder } from './order.ts';
import { type Answer, type Begin, batches, type ChildWord, decode, decodeError, encode } from './wire.ts';

/** What a driver is made of in the child, beside its config. */
export interface CrashLink {
  /** The integration's state: in the parent, like the gateway's, and apart from it. */
  readonly state: StateStore;
  /** Begins at the processor's instant, and goes on with the system's clock. */
  readonly clock: Clock;
  /** Asks the world of the order (`CrashWorld.answer`), for drivers that use no network. */
  readonly ask: (method: string, args: readonly unknown[]) => Promise<unknown>;
}

/**
 * Makes this process a shop. Call it in a module of its own, which is the harness's `shop`; it must be forked. It ends by itself when all
 * orders are served.
 */
export function serveCrashShop<Config>(
  toDriver: (config: Config, link: CrashLink) => PaymentDriver | Promise<PaymentDriver>,
): void {
  const parent = openParent();
  process.once('message', async ({ orders }: Begin) => {
    process.on('message', parent.hear);
    await Promise.all(
      orders.map(async (one) => {
        const say = (what: 'step' | 'alert' | 'done' | 'failed', text: string) =>
          parent.say({ kind: 'said', order: one.order, what, text });
        try {
          const ask = (target: 'state' | 'world' | 'finish', method: string, args: readonly unknown[]) =>
            parent.ask({ order: one.order, target, method, args });
          const clock = clockFrom(one.now);
          const driver = await toDriver(one.config as Config, {
            state: remoteState(ask, 'driver'),
            clock,
            ask: (method, args) => ask('world', method, args),
          });
          const gateway = createPaymentGateway(driver, {
            state: remoteState(ask, 'gateway'),
            clock,
            onAlert: ({ says }) => say('alert', says),
          }) as unknown as PaymentGateway<PaymentAbility>;
          const step = (name: string) => say('step', name);
          const finish = (payment: string) =>
            ask('finish', 'finish', [payment]) as Promise<Readonly<Record<string, string>>>;
          if (one.reconcilesFirst) {
            step('reconcile');
            await gateway.reconcile();
          }
          await serveOrder(
            { gateway, tokens: one.tokens, finish: one.hasSteps ? finish : undefined, step },
            one.order,
          );
          step('end');
          // Lines of the index that are settled go with this one, and nothing may be left.
          const open = await gateway.reconcile();
          const books = await ourBooks(gateway, one.expected);
          say(
            'done',
            encode({ open: open.map(({ kind, reference, outcome }) => [kind, reference, outcome]), books }) ??
              '',
          );
        } catch (error) {
          say('failed', error instanceof Error ? (error.stack ?? error.message) : String(error));
        }
      }),
    );
    await parent.flush();
    process.exit(0);
  });
}

type Question = Pick<Extract<ChildWord, { kind: 'ask' }>, 'order' | 'target' | 'method'> & {
  readonly args: readonly unknown[];
};

function openParent() {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let count = 0;
  const { say, flush } = batches<ChildWord>((words, sent) => process.send?.(words, sent));
  return {
    say,
    flush,
    hear: (answers: readonly Answer[]) => {
      for (const { id, value, error } of answers) {
        const call = waiting.get(id);
        waiting.delete(id);
        if (error === undefined) call?.resolve(decode(value));
        else call?.reject(decodeError(error));
      }
    },
    ask: ({ args, ...word }: Question) =>
      new Promise<unknown>((resolve, reject) => {
        count += 1;
        waiting.set(count, { resolve, reject });
        say({ kind: 'ask', id: count, ...word, args: encode(args) ?? '[]' });
      }),
  };
}

type Ask = (target: 'state', method: string, args: readonly unknown[]) => Promise<unknown>;

/** The state of the order in the parent, below a prefix. JSON has no `undefined` in lists: it is `null` there. */
function remoteState(ask: Ask, prefix: string): StateStore {
  const call = (method: string, key: string, ...args: readonly unknown[]) =>
    ask('state', method, [`${prefix}/${key}`, ...args]) as Promise<never>;
  return {
    get: (key) => call('get', key),
    set: (key, ...args) => call('set', key, ...args),
    compareAndSet: (key, ...args) => call('compareAndSet', key, ...args),
    delete: (key, ...args) => call('delete', key, ...args),
    increment: (key, ...args) => call('increment', key, ...args),
    [Symbol.asyncDispose]: async () => {},
  };
}

function clockFrom(now: number): Clock {
  const began = performance.now();
  return {
    now: () => now + Math.floor(performance.now() - began),
    schedule: systemClock.schedule,
  };
}
