import { describeProgram } from '@im/testing/vitest';
import { generate } from 'otplib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { browserName, howToInstall, openBrowser } from '../support/browser.ts';
import type { App } from './app.ts';
import { start } from './main.ts';
import { playScenes } from './scenes.ts';

describe('the example', () => {
  it('plays every step, and refuses every attack', { timeout: 60_000 }, async () => {
    await using running = await start(0);
    const played: string[] = [];
    for await (const { title, problem } of playScenes(running.app)) {
      expect([title, problem]).toEqual([title, undefined]);
      played.push(title);
    }
    expect(played).toHaveLength(17);
    const reasons = running.app.told
      .filter(({ outcome }) => outcome === 'refused')
      .map(({ reason }) => reason);
    expect(reasons).toEqual(
      expect.arrayContaining([
        'step_up_required',
        'replayed',
        'in_response_to',
        'wrong_browser',
        'return_not_allowed',
        'forged',
      ]),
    );
  });
});

describeProgram('in a browser', browserName, howToInstall, () => {
  // A browser takes its time on a busy machine.
  vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
  let browser: Browser;
  let running: Awaited<ReturnType<typeof start>>;
  let app: App;
  beforeAll(async () => {
    browser = await openBrowser();
    running = await start(0);
    app = running.app;
  });
  afterAll(async () => {
    await browser?.close();
    await running?.[Symbol.asyncDispose]();
  });

  async function signIn(context: BrowserContext, login: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(app.url);
    await page.getByRole('link', { name: 'Sign in to Acme' }).click();
    await page.locator('[name=login]').fill(login);
    await page.locator('[name=password]').fill('x');
    await page.getByRole('button').first().click();
    await page.getByRole('button').first().click();
    await page.waitForURL(`${app.url}/acme`);
    return page;
  }

  it('an administrator of Acme signs in, adds an app as second factor, and deletes a report', async () => {
    const context = await browser.newContext();
    const page = await signIn(context, 'ada');
    await page.getByRole('heading', { name: 'Ada' }).waitFor();
    await page.getByRole('button', { name: 'Delete the report' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByRole('link', { name: 'Back' }).click();
    await page.getByRole('button', { name: 'Set an authenticator app up' }).click();
    const secret = (await page.locator('#secret').textContent()) ?? '';
    await page.getByLabel('Code').fill(await generate({ secret }));
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.locator('[data-level="2"]').waitFor();
    await page.getByRole('button', { name: 'Delete the report' }).click();
    await page.getByText('The report is gone.').waitFor();
    const cookies = await context.cookies(app.url);
    const session = cookies.find(({ name }) => name === '__Host-session-acme');
    expect(session).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', path: '/' });
    await context.close();
  });

  it('a passkey is made and shown, and gives the highest level', async () => {
    const context = await browser.newContext();
    const page = await signIn(context, 'bob');
    const cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    });
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('Passkeys: this device').waitFor();
    await page.getByRole('button', { name: 'Show the passkey' }).click();
    await page.locator('[data-level="3"]').waitFor();
    await context.close();
  });

  it('somebody of Globex signs in by SAML, with fewer rights', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(app.url);
    await page.getByRole('link', { name: 'Sign in to Globex' }).click();
    await page.getByRole('button', { name: 'grace' }).click();
    await page.waitForURL(`${app.url}/globex`);
    await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
    expect(await page.locator('[data-roles]').textContent()).toBe('viewer');
    expect(await page.getByRole('heading', { name: 'People' }).count()).toBe(0);
    await context.close();
  });

  it('an account of Spotify is connected, used and disconnected', async () => {
    const context = await browser.newContext();
    const page = await signIn(context, 'ada');
    await page.getByRole('link', { name: 'Connect an account' }).click();
    await page.getByText(/^Connected as /).waitFor();
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await page.waitForURL(`${app.url}/acme`);
    expect(await page.getByText(/^Connected as /).count()).toBe(0);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in to Acme' }).waitFor();
    await context.close();
  });
});
