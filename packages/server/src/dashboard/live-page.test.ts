import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describeProgram } from '@im/testing/vitest';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sample, sampleRegistry, sampleStats } from '../__fixtures__/registry.ts';
import { createHubAccess } from '../access/access.ts';
import { createServer } from '../server.ts';
import {
  browserName,
  howToInstall,
  openBrowser,
  until,
  untilLive,
  variety,
  visit,
} from './__fixtures__/browser.ts';

describeProgram('the page in a browser', browserName, howToInstall, () => {
  // A browser takes its time on a busy machine.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  it('shows what changed without being loaded again, and leaves the rest alone', async () => {
    await using open = await visit(browser, variety());
    const { page, list, look, problems } = open;
    await page.evaluate("window.mark = document.querySelector('#rows tr:last-child'); window.here = true");
    const search = page.getByRole('searchbox');
    await search.focus();
    const row = page.locator('#rows tr', { hasText: 'adyen' });
    expect(await row.textContent()).toContain('healthy');
    list[0] = {
      ...(list[0] as (typeof list)[0]),
      status: 'unhealthy',
      reasons: [{ kind: 'x', says: 'gone', since: 0 }],
    };
    await look();
    await until(page, "document.querySelector('#rows tr').textContent.includes('gone')");
    expect(await page.title()).toBe('degraded · @im hub');
    expect(await page.locator('#verdict').textContent()).toContain('3 of 4 not healthy');
    expect(await page.evaluate("window.here && document.querySelector('#rows').contains(window.mark)")).toBe(
      true,
    );
    await page.locator('input[type=search]:focus').waitFor();
    expect(problems).toEqual([]);
  });

  it('does not move rows away from under the focus, and moves them afterwards', async () => {
    await using open = await visit(browser, variety());
    const { page, list, look } = open;
    const first = () => page.locator('#rows tr .name').first().textContent();
    expect(await first()).toBe('ldap');
    await page.getByRole('link', { name: 'gcs' }).last().focus();
    list[2] = { ...(list[2] as (typeof list)[0]), status: 'healthy', reasons: [] };
    await look();
    await until(page, "document.querySelector('#rows tr').dataset.state === 'healthy'");
    expect(await first()).toBe('ldap');
    await page.getByRole('searchbox').focus();
    await until(page, "document.querySelector('#rows .name').textContent === 'gcs'");
  });

  it('does what it is asked after it is confirmed, and says what came of it', async () => {
    await using open = await visit(browser, variety());
    const { page, acted, look, problems } = open;
    const button = page.getByRole('button', { name: 'Actions on adyen of acme' });
    await button.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'What shall be done?' });
    expect(await dialog.getByRole('radio').count()).toBe(3);
    await page.keyboard.press('Escape');
    await page.locator('[data-act][data-name=adyen]:focus').waitFor();
    expect(acted).toEqual([]);

    await page.keyboard.press('Enter');
    expect(await page.locator('#act-confirm').isDisabled()).toBe(true);
    await dialog.getByRole('radio', { name: /Disable/ }).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Disable: adyen of acme: done, it is disabled.').waitFor();
    expect(await page.locator('#told').getAttribute('role')).toBe('status');
    expect(acted).toEqual(['disable adyen of acme']);
    await look();
    await until(
      page,
      "document.querySelector('#rows').textContent.includes('adyen') && document.querySelectorAll('tr[data-state=disabled]').length === 2",
    );
    expect(problems).toEqual([]);
  });

  it('says so when an action fails, and nothing of a fault of the hub', async () => {
    await using open = await visit(browser, variety(), { path: '/?integration=adyen&tenant=acme' });
    const { page } = open;
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.locator('#act-confirm').click();
    await page.locator('#told.poor', { hasText: 'Check now: adyen of acme: A fault of the hub' }).waitFor();
    expect(await page.content()).not.toContain('must not show');
  });

  it('keeps what is shown in the URL, and goes back', async () => {
    await using open = await visit(browser, variety());
    const { page, problems } = open;
    const names = () => page.locator('#rows .name').allTextContents();
    await page.getByRole('searchbox').fill('cloud');
    await page.waitForURL('**/?q=cloud');
    await until(page, "document.querySelectorAll('#rows tr').length === 1");
    expect(await names()).toEqual(['gcs']);
    await page.getByRole('link', { name: 'gcs' }).last().click();
    await page.getByRole('heading', { name: 'gcs acme' }).waitFor();
    expect(new URL(page.url()).searchParams.get('integration')).toBe('gcs');
    expect(await page.getByRole('table', { name: /Operations/ }).textContent()).toMatch(
      /getTrack\s*read\s*50/,
    );
    await page.goBack();
    await until(page, "document.querySelectorAll('#rows tr').length === 1");
    await page.getByRole('link', { name: 'Clear' }).click();
    await page.getByLabel('Group by').selectOption('family');
    await until(page, "document.querySelectorAll('#rows tr.group').length === 5");
    await page.reload();
    expect(await page.locator('#rows tr.group').count()).toBe(5);
    expect(problems).toEqual([]);
  });

  it('says when the hub is gone, and goes on when it is back', async () => {
    await using open = await visit(browser, variety());
    const { page, hub, url } = open;
    await hub.close();
    await page.getByText(/No connection since/).waitFor();
    const registry = sampleRegistry([sample({ name: 'newcomer' })]);
    await using back = createServer({ registry, port: Number(new URL(url).port), settleMs: 1, graceMs: 500 });
    await back.listen();
    await untilLive(page);
    await page.getByRole('link', { name: 'newcomer' }).waitFor();
  });

  it('stays small and quick with a thousand integrations', async () => {
    const list = Array.from({ length: 1_000 }, (_, index) =>
      sample({ name: `n${index}`, stats: sampleStats(1) }),
    );
    await using open = await visit(browser, list);
    const { page, look, clock } = open;
    expect(await page.evaluate("document.querySelectorAll('*').length")).toBeLessThan(4_500);
    await page.evaluate(
      "window.took = []; new PerformanceObserver((all) => all.getEntries().forEach((one) => window.took.push(one.duration))).observe({ type: 'measure' })",
    );
    for (let turn = 2; turn < 12; turn += 1) {
      for (const [index, one] of list.entries())
        list[index] = { ...one, inFlight: turn, stats: sampleStats(turn * 10, turn) };
      await (turn % 5 === 0 ? clock.advance(5_000) : look());
      await until(
        page,
        `document.querySelector('#rows tr:last-child').textContent.includes('${turn} in flight')`,
      );
    }
    await until(page, 'window.took.length >= 10');
    const took = (await page.evaluate('window.took')) as number[];
    // A busy machine holds some up, so the quickest is asked.
    expect(Math.min(...took)).toBeLessThan(16);
  });

  it('shows a caller of one tenant that tenant alone, and nothing to do to one who may only look', async () => {
    const access = createHubAccess({ state: memoryState(), clock: createVirtualClock() });
    const { key } = await access.createKey({ name: 'zest', roles: ['viewer'], tenant: 'zest' });
    const httpCredentials = { username: 'key', password: key.reveal() };
    await using open = await visit(browser, variety(), { hub: { access }, context: { httpCredentials } });
    const { page, registry, list, look, clock, url } = open;
    registry.emit({
      at: clock.now(),
      name: 'adyen',
      tenant: 'acme',
      provider: 'adyen',
      kind: 'status',
      says: 'x',
      to: 'unhealthy',
    });
    list[3] = { ...(list[3] as (typeof list)[0]), status: 'healthy', reasons: [] };
    await look();
    await page.locator('tr[data-state=healthy]').waitFor();
    expect(await page.content()).not.toMatch(/acme|adyen|gcs|spotify/);
    expect(await page.locator('[data-act], dialog').count()).toBe(0);
    await page.goto(`${url}/?integration=adyen&tenant=acme`);
    expect(await page.locator('main').textContent()).toContain('Nothing of this name');
    await page.goto(`${url}/?tenant=acme`);
    expect(await page.locator('#rows tr').count()).toBe(0);
  });
});
