import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Gate } from './crash.types.ts';
import { openGate } from './open-gate.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that says what it was asked, behind a gate. */
async function open(gate: Gate) {
  const seen: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    seen.push(`${request.method} ${request.url} ${request.headers['x-key']} ${body}`);
    response.writeHead(201, { 'x-id': 'r1', 'content-type': 'text/plain' }).end(`heard ${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { url, close } = await openGate(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, gate);
  closers.push(close, () => server.close());
  const ask = (signal?: AbortSignal) =>
    fetch(`${url}/pay?a=1`, {
      method: 'POST',
      headers: { 'x-key': 'k' },
      body: 'ten',
      ...(signal && { signal }),
    });
  return { seen, ask };
}

describe('a gate over HTTP', () => {
  it('passes request and answer on as they are, and names them without their query', async () => {
    const names: string[] = [];
    const { seen, ask } = await open((what, work) => {
      names.push(what);
      return work();
    });
    const answer = await ask();
    expect([answer.status, answer.headers.get('x-id'), await answer.text()]).toEqual([
      201,
      'r1',
      'heard ten',
    ]);
    expect([seen, names]).toEqual([['POST /pay?a=1 k ten'], ['POST /pay']]);
  });

  it.each([
    ['before the server has seen the request', false],
    ['after it has answered', true],
  ])('can be stopped %s', async (_, isAfter) => {
    let stopped = () => {};
    const stands = new Promise<void>((resolve) => {
      stopped = resolve;
    });
    const { seen, ask } = await open(async (_what, work) => {
      if (isAfter) await work();
      stopped();
      return new Promise<never>(() => {});
    });
    const killed = new AbortController();
    const answer = ask(killed.signal);
    await stands;
    expect(seen).toHaveLength(isAfter ? 1 : 0);
    killed.abort(new Error('killed'));
    await expect(answer).rejects.toThrow('killed');
  });

  it('cuts the connection when the server is gone', async () => {
    const { url, close } = await openGate('http://127.0.0.1:1', (_, work) => work());
    closers.push(close);
    await expect(fetch(url)).rejects.toThrow();
  });
});
