/**
 * Two tenants, one application: one signs in by OpenID Connect, the other by SAML. A second factor, roles, a connected account, and everything that
 * must be refused.
 */
import { parseArgs } from 'node:util';
import colors from 'picocolors';
import { serve } from '../support/serve.ts';
import { type App, openApp } from './app.ts';
import { startPeers } from './peers.ts';
import { routesOf } from './routes.ts';
import { playScenes } from './scenes.ts';

const usage = `npm run example:sign-in -- [options]

  --port <number>   where the application listens on this machine; default 4020
  --check           plays every step and every attack, unattended
  --help            this text

The providers are on this machine; no account is needed.
Exit code: 0 every step and every refusal came true, 1 one did not, 2 the command line cannot be worked with.`;

/** Runs the application until it is disposed of. */
export async function start(port: number): Promise<{ readonly app: App } & AsyncDisposable> {
  await using starting = new AsyncDisposableStack();
  let app: App | undefined;
  const server = await serve(port, async (taken) => {
    const url = `http://localhost:${taken}`;
    const peers = starting.use(await startPeers(`${url}/sign-in/directory/callback`));
    app = await openApp(url, peers, starting);
    return routesOf(app);
  });
  starting.use(server);
  if (app === undefined) throw new Error('the application was not made');
  const running = starting.move();
  return { app, [Symbol.asyncDispose]: () => running.disposeAsync() };
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { port: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help === true) {
    print(usage);
    return 0;
  }
  const port = values.port ?? (values.check === true ? '0' : '4020');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new TypeError(`--port ${port} is no port`);
  await using running = await start(Number(port));
  if (values.check !== true) {
    print(
      `${colors.cyan(running.app.url)}\nAt Acme any login will do; ada is an administrator. Ctrl-C ends.`,
    );
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return 0;
  }
  let problems = 0;
  for await (const { title, problem } of playScenes(running.app)) {
    if (problem !== undefined) problems += 1;
    print(
      problem === undefined ? `${colors.green('✓')} ${title}` : `${colors.red('✗')} ${title}: ${problem}`,
    );
  }
  const refusals = running.app.told.filter(({ outcome }) => outcome === 'refused');
  print(
    `\n${refusals.length} refusals in the log, each with its reason: ${[...new Set(refusals.map(({ reason }) => reason))].join(', ')}`,
  );
  print(
    problems === 0
      ? `${colors.green('✓')} every step and every refusal came true`
      : `${colors.red('✗')} ${problems} did not`,
  );
  return problems === 0 ? 0 : 1;
}

const print = (text: string) => process.stdout.write(`${text}\n`);

if (process.argv[1] === import.meta.filename) {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  try {
    process.exitCode = await main(process.argv.slice(2), stop.signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`sign-in: ${error.message.split('. To specify')[0]}\n\n${usage}\n`);
    process.exitCode = 2;
  }
}
