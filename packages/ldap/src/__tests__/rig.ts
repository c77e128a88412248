/** Clients of fakes on one clock, and servers that misbehave. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import {
  type Clock,
  createIntegration,
  type LogFields,
  type OptionsOf,
  type ResilienceInput,
  systemClock,
} from '@im/core';
import { createVirtualClock } from '@im/testing';
import { ldap } from '../index.ts';
import { type LdapFake, type StartLdapFakeOptions, startFake } from '../testing.ts';

type Options = OptionsOf<typeof ldap>;

/** How a rig is made. */
export interface RigOptions extends Omit<StartLdapFakeOptions, 'clock'> {
  readonly fakes?: number;
  /** For tests that move time. Others run on the system's, which goes on at the pace of the sockets; retries then wait for a millisecond. */
  readonly virtual?: boolean;
}

/** Fakes, clients and log. */
export async function openRig({ fakes: count = 1, virtual = false, ...how }: RigOptions = {}) {
  const clock = createVirtualClock();
  const time: Clock = virtual ? clock : systemClock;
  const until = <Value>(promise: Promise<Value>) => (virtual ? clock.until(promise) : promise);
  const stack = new AsyncDisposableStack();
  const fakes: LdapFake[] = [];
  while (fakes.length < count) fakes.push(stack.use(await startFake({ clock: time, ...how })));
  const log: (readonly [string, LogFields | undefined])[] = [];
  const note = (message: string, fields?: LogFields) => void log.push([message, fields]);
  return {
    clock,
    fakes,
    fake: fakes[0] as LdapFake,
    log,
    /** Waits for it, moving time where it is ours. */
    until,
    /** A client of all fakes, in order. */
    connect(more: Partial<Options> = {}, resilience: ResilienceInput = {}) {
      const urls = fakes.map(({ url }) => url);
      const [options] = fakes.map((fake) => fake.options('acme'));
      return stack.use(
        createIntegration(ldap, {
          clock: time,
          random: () => 0.5,
          tenant: 'acme',
          logger: { debug: note, info: note, warn: note, error: note },
          options: { ...options, urls, ...more } as Options,
          resilience: {
            breaker: false,
            retryBudget: false,
            ...(virtual ? {} : { retry: { initialMs: 1 } }),
            ...resilience,
          },
        }),
      );
    },
    [Symbol.asyncDispose]: () => until(stack.disposeAsync()),
  };
}

/** A server that does with each connection what the test says. */
export async function startServer(serve: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.unref();
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ldap://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
