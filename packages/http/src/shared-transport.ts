/** The transport of this process: both lanes, each loaded when it is first needed. */

import type { IntegrationContext } from '@im/core';
import { follow } from './follow.ts';
import { chooseLane } from './lanes/choose.ts';
import type { Lane } from './lanes/lane.ts';
import { type LaneName, type Transport, transportKey } from './transport.ts';

/** A transport with connections of its own, to be closed by its owner. */
export type OwnTransport = Transport & AsyncDisposable;

const loaders: Readonly<Record<LaneName, () => Promise<Lane>>> = {
  undici: async () => (await import('./lanes/undici.ts')).createUndiciLane(),
  got: async () => (await import('./lanes/got.ts')).createGotLane(),
};

/** Makes a transport over both lanes. Disposing it closes every connection, also those in use. */
export function createTransport(): OwnTransport {
  const loading = new Map<LaneName, Promise<Lane>>();
  const loaded = new Map<LaneName, Lane>();
  const load = (name: LaneName): Promise<Lane> => {
    let lane = loading.get(name);
    if (lane === undefined) {
      lane = loaders[name]();
      loading.set(name, lane);
      lane.then(
        (ready) => loaded.set(name, ready),
        // Whoever asked gets the error; the next one tries again.
        () => loading.delete(name),
      );
    }
    return lane;
  };
  const transport: Transport = (request) => {
    const name = chooseLane(request);
    const lane = loaded.get(name);
    return lane === undefined ? load(name).then((ready) => follow(ready, request)) : follow(lane, request);
  };
  return Object.assign(transport, {
    [Symbol.asyncDispose]: async () => {
      for (const lane of await Promise.all(loading.values())) await lane.close();
    },
  });
}

/**
 * The transport of the process, for whatever has no context: one set of connections for each `key` of a guard. They close when they
 * have been idle for 10 seconds, and do not keep the process alive meanwhile. Nothing is opened or loaded before the first request.
 */
export const sharedTransport: Transport = createTransport();

/**
 * The transport by which a provider sends: the application's own, given under {@link transportKey}, else {@link sharedTransport}.
 * `createHttp` and the token sources use it; a vendor's SDK that is given it too shares their connections.
 */
export function transportOf(context: Pick<IntegrationContext<unknown>, 'service'>): Transport {
  return context.service(transportKey) ?? sharedTransport;
}
