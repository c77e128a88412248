import { describeProgram } from '@im/testing/vitest';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { sample } from '../__fixtures__/registry.ts';
import { browserName, howToInstall, openBrowser, until, variety, visit } from './__fixtures__/browser.ts';
import { faults, lowContrast, lowContrastSigns, tooWide } from './__fixtures__/checks.ts';

const phone = { viewport: { width: 360, height: 740 } };
const views = {
  everything: '/',
  'in groups': '/?group=family&sort=calls',
  'one in detail': '/?integration=gcs&tenant=acme',
  'nothing that matches': '/?q=nothing',
  nobody: '/?integration=nobody',
};

/** Events and incidents, so that there is something in every panel. */
async function fill({ registry, clock, look }: Awaited<ReturnType<typeof visit>>): Promise<void> {
  const event = { name: 'gcs', tenant: 'acme', provider: 'gcs' };
  registry.emit({
    ...event,
    at: clock.now(),
    kind: 'status',
    says: 'healthy → degraded: slow',
    from: 'healthy',
    to: 'degraded',
  });
  registry.emit({ ...event, at: clock.now(), kind: 'retry', says: 'getObject: attempt 2 in 300 ms' });
  await clock.advance(5_000);
  await look();
}

describeProgram('the page is for everybody', browserName, howToInstall, () => {
  // A browser takes its time on a busy machine.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  const each = async (open: Awaited<ReturnType<typeof visit>>, check: string) => {
    const found: Record<string, unknown> = {};
    for (const [name, path] of Object.entries(views)) {
      await open.page.goto(`${open.url}${path}`);
      await until(open.page, "document.getElementById('live').textContent === 'Live'");
      found[name] = await open.page.evaluate(check);
    }
    return found;
  };
  const nothing = Object.fromEntries(Object.keys(views).map((name) => [name, []]));

  it.each(['light', 'dark'] as const)('has enough contrast in %s', async (colorScheme) => {
    await using open = await visit(browser, variety(), { context: { colorScheme } });
    await fill(open);
    expect(await each(open, lowContrast)).toEqual(nothing);
    expect(await each(open, lowContrastSigns)).toEqual(nothing);
    await open.page.goto(open.url);
    await open.page.getByRole('button', { name: 'Actions on adyen' }).click();
    expect(await open.page.evaluate(lowContrast)).toEqual([]);
    await open.page.keyboard.press('Escape');
    for (const style of ['told', 'told poor']) {
      await open.page.evaluate(
        `document.getElementById('told').className = '${style}'; document.getElementById('told').textContent = 'Disable: done'`,
      );
      expect(await open.page.evaluate(lowContrast)).toEqual([]);
    }
    await open.page.evaluate("document.documentElement.style.setProperty('--soft', '#888')");
    expect(await open.page.evaluate(lowContrast), 'the check notices').not.toEqual([]);
  });

  it('has names, landmarks, headings and tables that can be read out', async () => {
    await using open = await visit(browser, variety());
    await fill(open);
    expect(await each(open, faults)).toEqual(nothing);
    expect(open.problems).toEqual([]);
    await using nobody = await visit(browser, []);
    expect(await nobody.page.evaluate(faults)).toEqual([]);
  });

  it.each([
    ['wide', {}],
    ['narrow', phone],
  ])('is a table with a name for every control, to a screen reader, when %s', async (_, context) => {
    await using open = await visit(browser, variety(), { context });
    const nodes = await accessibilityTree(open.page);
    const roles = (role: string) => nodes.filter((node) => node.role === role);
    for (const role of ['main', 'banner', 'contentinfo', 'search'])
      expect([role, roles(role).length]).toEqual([role, 1]);
    for (const role of ['button', 'link', 'combobox', 'searchbox', 'table', 'img', 'region', 'navigation'])
      for (const { name } of roles(role)) expect([role, name]).not.toEqual([role, '']);
    expect(roles('rowheader').map(({ name }) => name)).toEqual(
      expect.arrayContaining([expect.stringContaining('spotify_main')]),
    );
    expect(roles('row').length).toBeGreaterThan(5);
    expect(roles('cell').length).toBeGreaterThan(30);
  });

  it.each(['everything', 'one in detail'] as const)(
    'does not scroll sideways on a phone: %s',
    async (name) => {
      const long = 'a_name_without_any_place_to_break_it_that_is_much_longer_than_a_phone_is_wide'.repeat(2);
      const list = [
        ...variety(),
        sample({
          name: long,
          tenant: long,
          title: long,
          status: 'degraded',
          reasons: [{ kind: 'x', says: long, since: 0 }],
        }),
      ];
      await using open = await visit(browser, list, {
        context: phone,
        hub: { title: long, note: () => long },
      });
      open.registry.emit({
        at: open.clock.now(),
        name: long,
        tenant: long,
        provider: long,
        kind: 'status',
        says: `a → b: ${long}`,
        to: 'degraded',
      });
      await open.look();
      const path = name === 'everything' ? '/' : `/?integration=${long}&tenant=${long}`;
      await open.page.goto(`${open.url}${path}`);
      expect(await open.page.evaluate(tooWide)).toEqual([]);
      await open.page.locator('main [data-act]').first().click();
      expect(await open.page.evaluate(tooWide)).toEqual([]);
      const box = await open.page.getByRole('dialog').boundingBox();
      expect(box && box.x >= 0 && box.x + box.width <= 360).toBe(true);
    },
  );

  it('is used by keys alone: skip link, search, filter, row, dialog, with the focus always to be seen', async () => {
    await using open = await visit(browser, variety());
    const { page } = open;
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: 'Skip to the integrations' });
    expect((await skip.boundingBox())?.x).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('integrations');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.name')).toBe('q');
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('/');
    await page.keyboard.type('gcs');
    await until(
      page,
      "document.querySelectorAll('#rows tr').length === 1 && document.activeElement.value === 'gcs'",
    );

    const stops: string[] = [];
    for (let stop = 0; stop < 30; stop += 1) {
      await page.keyboard.press('Tab');
      const [what, outline] = (await page.evaluate(
        "(() => { const at = document.activeElement; const style = getComputedStyle(at); return [at.name || at.getAttribute('aria-label') || at.textContent.trim(), style.outlineStyle === 'none' ? '' : style.outlineWidth]; })()",
      )) as [string, string];
      expect([what, outline]).not.toEqual([what, '']);
      stops.push(what);
      if (what === 'Actions on gcs of acme') break;
    }
    expect(stops).toEqual(
      expect.arrayContaining(['tenant', 'status', 'sort', 'gcs', 'Actions on gcs of acme']),
    );
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('[data-act]:focus').waitFor();
  });

  it('is light or dark as the system says or as one chooses, and remembers it', async () => {
    await using open = await visit(browser, variety(), { context: { colorScheme: 'light' } });
    const ground = () => open.page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await open.page.getByLabel('Theme').selectOption('Dark');
    const dark = await ground();
    expect(dark).not.toBe(light);
    await open.page.reload();
    expect([await ground(), await open.page.getByLabel('Theme').inputValue()]).toEqual([dark, 'dark']);
    await open.page.getByLabel('Theme').selectOption('System');
    expect(await ground()).toBe(light);
  });

  it('moves nothing for those who asked for less motion', async () => {
    await using open = await visit(browser, variety(), { context: { reducedMotion: 'reduce' } });
    const { page, list, look } = open;
    list[0] = { ...(list[0] as (typeof list)[0]), status: 'unhealthy' };
    await look();
    await until(page, "document.querySelector('tr.fresh') !== null");
    expect(await page.evaluate('document.getAnimations().length')).toBe(0);
  });

  it('is whole without script: filters, pages, details, and no button that does nothing', async () => {
    const list = [...variety(), ...Array.from({ length: 110 }, (_, index) => sample({ name: `n${index}` }))];
    await using open = await visit(browser, list, { context: { javaScriptEnabled: false } });
    const { page } = open;
    expect(await page.locator('[data-act]:visible, #theme:visible').count()).toBe(0);
    await page.getByRole('link', { name: 'Next' }).click();
    expect(await page.locator('#rows tr').count()).toBe(15);
    await page.getByRole('searchbox').fill('ldap');
    await page.getByRole('button', { name: 'Apply' }).click();
    expect(await page.locator('#rows .name').allTextContents()).toEqual(['ldap']);
    await page.getByRole('link', { name: 'ldap' }).last().click();
    expect(await page.getByRole('heading', { level: 2 }).first().textContent()).toBe('ldap zest');
  });
});

/** The tree as the browser tells it to assistive technology. */
async function accessibilityTree(page: Page): Promise<{ readonly role: string; readonly name: string }[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  return nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({ role: String(role?.value), name: String(name?.value ?? '').trim() }));
}
