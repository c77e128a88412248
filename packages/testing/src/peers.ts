/**
 * Emulators of vendors' services as processes of their own, for tests, examples and benchmarks: Azurite by Microsoft, and
 * fauxqs for S3, SQS and SNS. They are large, so nothing depends on them: install them beside your tests
 * (`npm install -D azurite fauxqs`), or name the folder that has them in `IM_PEERS`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** Emulators that can be started. */
export type PeerName = 'azurite' | 'fauxqs';

/** A running emulator. Disposing it ends its process; what it held is gone. */
export interface Peer extends AsyncDisposable {
  readonly pid: number;
}

/** Azurite, with everything in memory. */
export interface Azurite extends Peer {
  /** Base URL of the blob service, the account's name included: `http://127.0.0.1:40835/devstoreaccount1`. */
  readonly blobUrl: string;
  readonly queueUrl: string;
  /** The account that Azurite documents, which is public knowledge. */
  readonly account: string;
  readonly key: string;
}

/** fauxqs: S3, SQS and SNS at one address. It checks no signature. */
export interface Fauxqs extends Peer {
  readonly url: string;
}

/** https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key */
const azuriteAccount = 'devstoreaccount1';
const azuriteKey = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

/** Milliseconds that an emulator may take to listen. */
const mostStartingMs = 60_000;

/**
 * Folder with the emulator's package, links and all; `undefined` when it is not installed.
 *
 * Looked for in `IM_PEERS`, then in `tools/peers` and `node_modules` of the working directory and every folder above it.
 */
export function peerFolder(name: PeerName, from: string = process.cwd()): string | undefined {
  const given = process.env.IM_PEERS;
  const places = [
    ...(given ? [given] : []),
    ...above(from).flatMap((folder) => [join(folder, 'tools/peers'), folder]),
  ];
  return places.map((place) => join(place, 'node_modules', name)).find((folder) => existsSync(folder));
}

function above(folder: string): readonly string[] {
  const next = dirname(folder);
  return next === folder ? [folder] : [folder, ...above(next)];
}

/** What to say where an emulator is not installed. */
export function howToInstall(name: PeerName): string {
  return `${name} is not installed: npm ci --prefix tools/peers, or npm install -D ${name}`;
}

/** @throws Error when it is not installed, with the command that mends it; when it does not start */
export async function startAzurite(): Promise<Azurite> {
  const flags = ['--inMemoryPersistence', '--silent', '--skipApiVersionCheck', '--disableTelemetry'];
  const ports = ['blob', 'queue', 'table'].flatMap((service) => [
    `--${service}Port`,
    '0',
    `--${service}Host`,
    '127.0.0.1',
  ]);
  const entry = join(installed('azurite'), 'dist/src/azurite.js');
  const process = start('azurite', [entry, ...flags, ...ports]);
  const found = await process.listening(/^Azurite (\w+) service is successfully listening at (\S+)$/, 3);
  const url = (service: string) => `${found.find(([, name]) => name === service)?.[2]}/${azuriteAccount}`;
  return {
    ...process.peer,
    blobUrl: url('Blob'),
    queueUrl: url('Queue'),
    account: azuriteAccount,
    key: azuriteKey,
  };
}

/** @throws Error when it is not installed, with the command that mends it; when it does not start */
export async function startFauxqs(): Promise<Fauxqs> {
  const script = `
    const { buildApp } = await import('fauxqs');
    const app = buildApp({ logger: false, host: 'localhost' });
    console.log(await app.listen({ port: 0, host: '127.0.0.1' }));`;
  // Found by its name from the folder above it, since its manifest exports for `import` alone.
  const process = start(
    'fauxqs',
    ['--input-type=module', '--eval', script],
    dirname(dirname(installed('fauxqs'))),
  );
  const [found] = await process.listening(/^(http:\S+)$/, 1);
  return { ...process.peer, url: String(found?.[1]) };
}

function installed(name: PeerName): string {
  const folder = peerFolder(name);
  if (folder === undefined) throw new Error(howToInstall(name));
  return folder;
}

interface Started {
  readonly peer: Peer;
  /** Resolves with the first `count` lines that match. */
  listening(line: RegExp, count: number): Promise<readonly RegExpExecArray[]>;
}

function start(name: PeerName, args: readonly string[], cwd?: string): Started {
  const child = spawn(process.execPath, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { stdout, stderr } = child;
  let said = '';
  stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  const stop = once(child, 'exit').catch(() => undefined);
  // A test run that ends in the middle must not leave it behind.
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  return {
    peer: {
      pid: child.pid ?? 0,
      [Symbol.asyncDispose]: async () => {
        // Whoever waits for the end must not be let down by a process that has nothing else to do.
        child.ref();
        if (isRunning(child)) kill();
        await stop;
        process.off('exit', kill);
      },
    },
    async listening(line, count) {
      const found: RegExpExecArray[] = [];
      const tooLong = setTimeout(() => child.kill('SIGKILL'), mostStartingMs);
      try {
        for await (const text of createInterface({ input: stdout })) {
          const match = line.exec(text);
          if (match !== null) found.push(match);
          if (found.length === count) break;
        }
      } finally {
        clearTimeout(tooLong);
      }
      if (found.length < count) {
        await stop;
        throw new Error(`${name} did not start: ${said.trim() || 'it said nothing'}`);
      }
      // Nobody reads on, and the process must not wait for a reader; nor must a test for the emulator.
      stdout.resume();
      for (const part of [child, stdout, stderr]) (part as { unref?(): void }).unref?.();
      return found;
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}
