import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { sample, sampleRegistry } from './__fixtures__/registry.ts';
import { createServer } from './server.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Outcome of one request: its status, `refused` when no connection was taken, or the name of the failure. */
function ask(url: string, agent: Agent): Promise<number | string> {
  return new Promise((resolve) => {
    const request = get(url, { agent }, (response) => {
      response.on('error', (error) => resolve(error.message));
      response.on('end', () => resolve(response.statusCode ?? 'no status'));
      response.resume();
    });
    request.on('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : String(error.code)),
    );
  });
}

describe('a hub that is told to stop', () => {
  it('fails no request that it took, under 200 requests a second, and disposes the registry', async () => {
    const child = spawn(
      process.execPath,
      ['--conditions=@im/source', join(import.meta.dirname, '__fixtures__/hub.ts')],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    children.push(child);
    const lines: string[] = [];
    const reader = createInterface({ input: child.stdout });
    const [url] = (await once(reader, 'line')) as [string];
    reader.on('line', (line) => lines.push(line));

    const agent = new Agent({ keepAlive: true, maxSockets: 20 });
    const outcomes: Promise<number | string>[] = [];
    const load = setInterval(() => outcomes.push(ask(`${url}/integrations/status`, agent)), 5);
    const exited = once(child, 'exit');
    setTimeout(() => child.kill('SIGTERM'), 500);
    const [code] = (await exited) as [number | null];
    clearInterval(load);
    agent.destroy();

    const results = await Promise.all(outcomes);
    const failed = results.filter((result) => result !== 200 && result !== 'refused');
    expect(failed).toEqual([]);
    expect(results.filter((result) => result === 200).length).toBeGreaterThan(50);
    // Nothing is answered once a connection was refused: the door closes once.
    expect(code).toBe(0);
    expect(lines).toEqual(['disposed 1']);
  }, 15_000);

  it('is not ready from the first moment, and asks clients to leave', async () => {
    const registry = sampleRegistry([sample()]);
    const hub = createServer({ registry, port: 0, drainDelayMs: 150, settleMs: 50 });
    const url = await hub.listen();
    expect((await fetch(`${url}/integrations/health`)).status).toBe(200);
    const closed = hub.close();
    const answer = await fetch(`${url}/integrations/health`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('connection')).toBe('close');
    expect(await answer.json()).toMatchObject({ status: 'draining' });
    expect(registry.disposed).toBe(0);
    await closed;
    await hub.close();
    expect(registry.disposed).toBe(1);
    await expect(fetch(url)).rejects.toThrow();
  });

  it('does not wait for ever for a client that hangs', async () => {
    const hub = createServer({ registry: sampleRegistry([sample()]), port: 0, graceMs: 100, settleMs: 20 });
    const url = await hub.listen();
    const { connect } = await import('node:net');
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const gone = once(socket, 'close');
    await hub.close();
    await gone;
  });

  it('disposes the registry although it never listened', async () => {
    const registry = sampleRegistry([]);
    await createServer({ registry }).close();
    expect(registry.disposed).toBe(1);
  });
});
