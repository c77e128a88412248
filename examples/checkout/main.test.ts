import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describeProgram } from '@im/testing/vitest';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { browserName, howToInstall, openBrowser } from '../support/browser.ts';
import { readArguments } from './arguments.ts';
import { BadInput } from './bad-input.ts';
import { type OpenShops, openShops } from './open-shops.ts';
import type { TestCard } from './processors/processor.ts';
import { reportOfDay } from './report.ts';
import { type ShopServer, startServer } from './server.ts';

const main = join(import.meta.dirname, 'main.ts');

async function run(...args: readonly string[]) {
  const { FORCE_COLOR: _colours, ...environment } = process.env;
  const child = spawn(process.execPath, ['--conditions=@im/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // CI counts as a terminal with colours.
    env: { ...environment, NO_COLOR: '1' },
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout),
    text(child.stderr),
  ]);
  return { code: code as number | null, stdout, stderr };
}

describe('the example', () => {
  it.each([
    ['a flag that there is not', ['--nothing'], "Unknown option '--nothing'"],
    ['a port that is none', ['--port', '70000'], '--port 70000 is no port'],
  ])('refuses %s', (_what, args, says) => {
    expect(() => readArguments(args)).toThrow(BadInput);
    expect(() => readArguments(args)).toThrow(says);
  });

  it('plays its day, and the ledgers agree', { timeout: 60_000 }, async () => {
    const { code, stdout, stderr } = await run('--check');
    expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('✓ the ledgers agree')]);
    expect(stdout.match(/ {2}✓ /g)).toHaveLength(18);
  });

  it('finds what the books do not know, and what the orders do not', async () => {
    await using shops = await openShops(() => {});
    for (const shop of shops.byName.values()) {
      const [product] = shop.products;
      if (product === undefined) throw new Error('there is nothing for sale');
      const order = shop.orders.place(product, 1);
      const method = await shop.at.tokenize('good');
      const reference = `${order.id}.1`;
      const payment = await shop.gateway.create({ reference, amount: order.amount, method });
      // The order was never told.
      const untold = await reportOfDay(shop);
      expect(untold.differences).toEqual([expect.stringContaining(`${reference}: the order says`)]);
      shop.orders.learn(payment);
      expect((await reportOfDay(shop)).differences).toEqual([]);
      await shop.gateway.create({
        reference: 'stray-1',
        amount: order.amount,
        method: await shop.at.tokenize('good'),
      });
      expect((await reportOfDay(shop)).differences).toEqual([
        'stray-1: the processor charged what no order asked for',
      ]);
    }
  });
});

describeProgram('in a browser', browserName, howToInstall, () => {
  // A browser takes its time on a busy machine.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  let browser: Browser;
  let shops: OpenShops;
  let server: ShopServer;
  const alerts: unknown[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
    shops = await openShops((alert) => alerts.push(alert));
    server = await startServer(0, shops.byName, () => {});
    for (const shop of shops.byName.values()) shop.at.pushTo(`${server.url}/${shop.id}/webhooks`);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await shops?.[Symbol.asyncDispose]();
    expect(alerts).toEqual([]);
  });

  const names = ['nordlicht', 'sakura'];
  const shopOf = (name: string) => {
    const shop = shops.byName.get(name);
    if (shop === undefined) throw new Error(`there is no shop ${name}`);
    return shop;
  };

  /** Types a card into the processor's frame, and pays. Everything that the shop is sent is kept. */
  async function pay(page: Page, name: string, card: TestCard, sent: string[]) {
    page.on('request', (request) => {
      if (request.url().startsWith(server.url)) sent.push(`${request.url()} ${request.postData() ?? ''}`);
    });
    await page.goto(`${server.url}/${name}`);
    await page.getByRole('button', { name: 'Buy' }).first().click();
    const number = await shopOf(name).at.typeCard(page, card);
    await page.getByRole('button', { name: /^Pay/ }).click();
    return number;
  }

  it.each(names)(
    '%s: a card is typed into the processor’s frame, and the shop never sees it',
    async (name) => {
      const page = await browser.newPage();
      const sent: string[] = [];
      const number = await pay(page, name, 'good', sent);
      await page.getByRole('heading', { name: 'Thank you' }).waitFor();
      expect(sent.some((one) => one.includes('/pay token='))).toBe(true);
      expect(sent.join('\n').replace(/\D/g, '')).not.toContain(number);
      await page.close();
    },
  );

  it.each(names)('%s: the bank asks who it is, and the customer comes back', async (name) => {
    const page = await browser.newPage();
    const shop = shopOf(name);
    await pay(page, name, 'three_d_secure', []);
    await page.waitForURL((url) => url.origin === new URL(shop.at.url).origin);
    await page.getByRole('button', { name: /approve|authori[sz]e/i }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await page.close();
  });

  it.each(names)('%s: a decline is told, and another card pays', async (name) => {
    const page = await browser.newPage();
    const shop = shopOf(name);
    await pay(page, name, 'declined', []);
    await page.getByRole('alert').waitFor();
    await shop.at.typeCard(page, 'good');
    await page.getByRole('button', { name: /^Pay/ }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await page.close();
  });

  it.each(names)('%s: the merchant gives a part back, and the day is reconciled', async (name) => {
    const page = await browser.newPage();
    await page.goto(`${server.url}/${name}/admin`);
    const row = page.getByRole('row').filter({ hasText: 'captured' }).first();
    await row.getByLabel('Part').fill(name === 'sakura' ? '500' : '10.00');
    await row.getByRole('button', { name: 'Refund' }).click();
    await page.getByRole('cell', { name: 'partially refunded' }).waitFor();
    await shopOf(name).at.pushed();
    await page.getByRole('link', { name: 'Reconciliation of today' }).click();
    await page.getByRole('heading', { name: 'The ledgers agree' }).waitFor();
    await page.close();
  });
});
