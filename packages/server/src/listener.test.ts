import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isWhole, sendRaw } from './__fixtures__/raw.ts';
import { sample, sampleRegistry } from './__fixtures__/registry.ts';
import { ListenError } from './listen.ts';
import { createServer, type HubServer } from './server.ts';

describe('the socket of the hub', () => {
  let hub: HubServer;
  beforeAll(async () => {
    hub = createServer({
      registry: sampleRegistry([sample()]),
      port: 0,
      limits: { headersMs: 700, requestMs: 900 },
    });
    await hub.listen();
  });
  afterAll(() => hub.close());

  const send = (bytes: string | Uint8Array) => sendRaw(hub.url, bytes, { enough: isWhole });

  it.each([
    ['malformed request line', 'NONSENSE\r\n\r\n', 400],
    ['a null byte in the target', 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a space in the target', 'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['two Host fields', 'GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n', 400],
    ['an impossible Host', 'GET / HTTP/1.1\r\nHost: a b<>\r\n\r\n', 400],
    ['a flood of headers', `GET / HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(10_000)}\r\n`, 431],
    ['an endless target', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['a body that is too large', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n', 413],
    [
      'a body of unknown length',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      411,
    ],
    ['a proxy request', 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n', 405],
    ['an upgrade', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n', 400],
    ['TRACE', 'TRACE /integrations/health HTTP/1.1\r\nHost: x\r\n\r\n', 405],
    ['an unknown scheme', 'GET ftp://x/ HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a slow head', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ', 408],
    ['a slow body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc', 404],
  ])('answers %s with its 4xx', async (_, bytes, status) => {
    expect((await send(bytes)).statuses).toEqual([status]);
  });

  it('sends security headers with every answer, refusals included', async () => {
    for (const path of ['/', '/integrations/health', '/nope', '/openapi.json']) {
      const { headers } = await fetch(hub.url + path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    }
    for (const bytes of ['NONSENSE\r\n\r\n', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n']) {
      expect((await send(bytes)).text).toContain('x-content-type-options: nosniff');
    }
  });

  it('says in plain words that a port is taken', async () => {
    const { port } = new URL(hub.url);
    const second = createServer({ registry: sampleRegistry([]), port: Number(port) });
    await expect(second.listen()).rejects.toThrow(ListenError);
    await expect(second.listen()).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: something else listens there`,
    );
  });
});

const vectors = process.env.IM_VECTORS;
if (vectors === undefined) process.stdout.write('IM_VECTORS is not set: the HTTP/1.1 cases are skipped\n');

interface Case {
  readonly request: string;
  readonly description: string;
  readonly expect?: string;
  readonly status?: readonly (readonly [number, number])[];
}

describe.skipIf(vectors === undefined && process.env.CI !== 'true')('published HTTP/1.1 cases', () => {
  it('are all met', async () => {
    // Read here, not around the test: what surrounds a skipped test still runs.
    const { cases } = JSON.parse(
      readFileSync(join(vectors ?? 'IM_VECTORS', 'http', 'h1spec.json'), 'utf8'),
    ) as { cases: Case[] };
    await using hub = createServer({
      registry: sampleRegistry([sample()]),
      port: 0,
      limits: { headersMs: 1_200 },
    });
    await hub.listen();
    const outcomes = await Promise.all(
      cases.map(async ({ request, description, expect: waits, status = [] }) => {
        const { statuses, closed } = await sendRaw(hub.url, request, {
          waitMs: waits === undefined ? 3_000 : 600,
          enough: (text) => text.includes('\r\n'),
        });
        const met =
          waits === undefined
            ? status.some(
                ([from, to]) => statuses[0] !== undefined && statuses[0] >= from && statuses[0] <= to,
              )
            : statuses.length === 0 && !closed;
        return met
          ? undefined
          : `${description}: ${statuses.join(', ') || (closed ? 'closed' : 'no answer')}`;
      }),
    );
    expect(cases).toHaveLength(23);
    expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual([]);
  });
});
