/** Chromium, as Debian and others install it, on a hub whose registry and time a test moves. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { IntegrationStatus } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { expect } from 'vitest';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { sample, sampleRegistry, sampleStats } from '../../__fixtures__/registry.ts';
import { createServer, type ServerOptions } from '../../server.ts';

/** Name under which it is installed. */
export const browserName = 'chromium';

/** How to have it. */
export const howToInstall = 'apt-get install chromium';

/** Starts it, without a window. Close it when done. */
export async function openBrowser(): Promise<Browser> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const executablePath = folders.map((folder) => join(folder, browserName)).find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`${browserName} is not installed: ${howToInstall}`);
  const quiet = ['--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet] });
}

/** One of everything that the page can show. */
export function variety(): IntegrationStatus[] {
  const at = Date.UTC(2030, 0, 1);
  const reasons = (says: string) => [{ kind: 'x', says, since: at }];
  return [
    sample({ name: 'adyen', provider: 'adyen', title: 'Adyen', category: 'payments', stats: sampleStats(100, 2) }),
    sample({ name: 'gcs', provider: 'gcs', title: 'Google Cloud Storage', category: 'cloud', status: 'degraded', reasons: reasons('12 of the last 50 calls failed'), stats: sampleStats(50, 12), breaker: 'half-open', queued: 2 }),
    sample({ name: 'ldap', provider: 'ldap', title: 'LDAP directory', category: 'auth', tenant: 'zest', status: 'unhealthy', reasons: reasons('3 checks in a row failed'), breaker: 'open' }),
    sample({ name: 'mail', provider: 'mail', title: 'Mail', category: 'communication', tenant: 'zest', status: 'disabled', reasons: reasons('by hand') }),
    sample({ name: 'spotify_main', required: true, quotaRemaining: 120, parkedUntil: at + 90_000, forecasts: [{ kind: 'token', at: at + 3_600_000, what: 'refresh token expires' }], lastCheck: { at, durationMs: 12, ok: true } }),
  ];
}

/** A page on a hub of its own. */
export async function visit(
  browser: Browser,
  list: IntegrationStatus[],
  {
    path = '/',
    hub: hubOptions = {},
    context: contextOptions = {},
  }: { readonly path?: string; readonly hub?: Partial<ServerOptions>; readonly context?: BrowserContextOptions } = {},
) {
  const clock = createVirtualClock();
  const acted: string[] = [];
  const act = (what: string, change: Partial<IntegrationStatus>) => async ({ name, tenant }: { readonly name: string; readonly tenant?: string | undefined }) => {
    acted.push(`${what} ${name} of ${tenant}`);
    const index = list.findIndex((one) => one.name === name && one.tenant === tenant);
    list[index] = { ...(list[index] as IntegrationStatus), ...change };
    return list[index];
  };
  const registry = Object.assign(sampleRegistry(list), {
    enable: act('enable', { status: 'healthy', reasons: [] }),
    disable: act('disable', { status: 'disabled' }) as never,
    check: async () => {
      throw new Error('a fault that the page must not show');
    },
  });
  const hub = createServer({ registry, clock, port: 0, settleMs: 1, graceMs: 500, ...hubOptions });
  const url = await hub.listen();
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...contextOptions });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.text().includes('Content Security Policy')) problems.push(message.text());
  });
  await page.goto(`${url}${path}`);
  if (contextOptions.javaScriptEnabled !== false) await untilLive(page);
  return {
    page,
    hub,
    url,
    clock,
    registry,
    list,
    acted,
    /** What the browser complained about. */
    problems,
    /** Lets the hub look again. */
    look: () => clock.advance(1_000),
    async [Symbol.asyncDispose]() {
      await context.close();
      await hub.close();
    },
  };
}

/** Waits until an expression holds in the page. (The page's policy forbids it to wait itself.) */
export const until = (page: Page, expression: string) =>
  expect.poll(() => page.evaluate(expression), { timeout: 45_000, interval: 20 }).toBe(true);

/** Waits for the stream. */
export const untilLive = (page: Page) => until(page, "document.getElementById('live')?.textContent === 'Live'");
