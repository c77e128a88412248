/** The page that posts, in a browser. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeProgram } from '@im/testing/vitest';
import { afterEach, expect, it } from 'vitest';
import { postPage } from './pages.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** An origin of its own. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describeProgram('a page that posts', 'chromium', 'apt-get install chromium', () => {
  it('takes the browser to a provider that sends it on to another origin', { timeout: 60_000 }, async () => {
    const asked: string[] = [];
    const directory = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end('the directory');
    });
    const provider = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(302, { location: `${directory}/login` }).end();
    });
    const service = await serve(async (_request, response) => {
      const page = postPage(`${provider}/sso`, { SAMLRequest: '"><script>' });
      response.writeHead(page.status, Object.fromEntries(page.headers)).end(await page.text());
    });
    const profile = await mkdtemp(join(tmpdir(), 'saml-page-'));
    closing.push(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`];
    const { stdout } = await promisify(execFile)(
      'chromium',
      [...flags, '--virtual-time-budget=5000', '--dump-dom', `${service}/`],
      { timeout: 50_000 },
    );
    expect(stdout).toContain('the directory');
    expect(asked.slice(0, 2)).toEqual(['POST /sso', 'GET /login']);
  });
});
