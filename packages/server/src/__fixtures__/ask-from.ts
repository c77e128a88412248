/** A hub that is asked from any address, without a socket. */
import { createServer } from '../server.ts';
import type { ServerOptions } from '../server-options.ts';
import { sampleRegistry } from './registry.ts';

/** Makes the hub. @returns how to ask it */
export function askFrom(options: Partial<ServerOptions>) {
  const { app } = createServer({ registry: sampleRegistry([]), ...options });
  return async (address: string, headers: Record<string, string> = {}, path = '/integrations/health'): Promise<Response> =>
    app.request(path, { headers }, { incoming: { socket: { remoteAddress: address } } });
}
