/** A redis-server of the tests' own, on a free port: killed, frozen and started again without disturbing anybody. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A server that was started. Disposing it ends it and removes what it wrote. */
export interface RedisServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Ends it at once; what was not written to disk is lost. */
  kill(): Promise<void>;
  /** Starts it again on its port, after {@link kill}. */
  start(): Promise<void>;
  /** Stops it from answering, with its connections open. */
  freeze(): void;
  thaw(): void;
}

export const howToInstallRedis = 'apt-get install redis-server';

/** How a server is reached. */
export interface RedisServerOptions {
  /** Default `redis`. */
  readonly scheme?: 'redis' | 'rediss';
  /** Default: a free one. */
  readonly port?: number;
  /** Path of a configuration: makes it a sentinel. */
  readonly sentinel?: string;
}

/** @param flags on top of those by which it keeps nothing: `['--appendonly', 'yes']` */
export async function startRedisServer(
  flags: readonly string[] = [],
  { scheme = 'redis', port = 0, sentinel }: RedisServerOptions = {},
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'im-redis-'));
  const own = port === 0 ? await freePort() : port;
  const listening = scheme === 'redis' ? ['--port', String(own)] : ['--port', '0', '--tls-port', String(own)];
  const place = ['--bind', '127.0.0.1', '--dir', folder];
  const args =
    sentinel === undefined
      ? [...listening, ...place, '--save', '', '--appendonly', 'no', ...flags]
      : [sentinel, '--sentinel', ...listening, ...place, ...flags];
  let running: Running | undefined;
  const start = async () => {
    running = await run(args);
  };
  await start();
  return {
    port: own,
    url: `${scheme}://127.0.0.1:${own}`,
    start,
    kill: async () => running?.kill(),
    freeze: () => running?.signal('SIGSTOP'),
    thaw: () => running?.signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await running?.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Running {
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
}

async function run(args: readonly string[]): Promise<Running> {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const kill = () => void child.kill('SIGKILL');
  // A test run that ends in the middle must not leave it behind.
  process.once('exit', kill);
  for await (const line of createInterface({ input: child.stdout })) {
    if (!/Ready to accept connections|Sentinel ID is/.test(line)) continue;
    child.stdout.resume();
    return {
      signal: (name) => void child.kill(name),
      async kill() {
        kill();
        await ended;
        process.off('exit', kill);
      },
    };
  }
  throw new Error(`redis-server ${args.join(' ')} did not start`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
