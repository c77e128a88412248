/** Chromium, as Debian and others install it, without a window and without a word to anybody but this machine. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Names under which it is installed. */
export const browserName = 'chromium';

/** How to have it. */
export const howToInstall = 'apt-get install chromium';

/** Starts it. Close it when done. */
export async function openBrowser(): Promise<Browser> {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const executablePath = folders.map((folder) => join(folder, browserName)).find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`${browserName} is not installed: ${howToInstall}`);
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
    ],
  });
}
