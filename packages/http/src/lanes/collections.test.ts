import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const mebibyte = Buffer.alloc(1024 * 1024, 'x');

it('256 MiB come in with 3 full collections of garbage at most', async () => {
  const server = createServer(async ({ url }, response) => {
    for (let sent = 0; sent < Number(url?.slice(1)); sent += 1)
      if (!response.write(mebibyte)) await once(response, 'drain');
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const script = new URL('../__tests__/collections-child.ts', import.meta.url).pathname;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--conditions=@im/source',
      script,
      `http://127.0.0.1:${port}`,
      '256',
    ]);
    const { bytes, full } = JSON.parse(stdout) as { bytes: number; full: number };
    expect(bytes).toBe(256 * 1024 * 1024);
    expect(full).toBeLessThanOrEqual(3);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}, 30_000);
