/** A real Prometheus, on loopback and in a folder of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A running server. Disposing it ends its process. */
export interface Prometheus extends AsyncDisposable {
  /** Asks `/api/v1/<path>` until `isThere` takes the answer's data. */
  ask<Data>(
    path: string,
    query: Readonly<Record<string, string>>,
    isThere: (data: Data) => boolean,
  ): Promise<Data>;
}

/** Starts one that scrapes `target`, `127.0.0.1:1234`, twice a second. */
export async function startPrometheus(target: string): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'im-prometheus-'));
  const config = {
    global: { scrape_interval: '500ms', scrape_timeout: '500ms' },
    scrape_configs: [{ job_name: 'hub', static_configs: [{ targets: [target] }] }],
  };
  // JSON is YAML.
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--enable-feature=exemplar-storage',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  const exit = once(child, 'exit');
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);

  return {
    async ask(path, query, isThere) {
      const url = `http://${address}/api/v1/${path}?${new URLSearchParams(query)}`;
      for (;;) {
        if (child.exitCode !== null) throw new Error(`prometheus has ended: ${said}`);
        // Before it listens there is no answer, and before it is ready an unfit one.
        const response = await fetch(url).catch(() => undefined);
        const answer = response?.ok ? ((await response.json()) as { readonly data: never }) : undefined;
        if (answer?.data !== undefined && isThere(answer.data)) return answer.data;
        await wait(20);
      }
    },
    [Symbol.asyncDispose]: async () => {
      process.off('exit', kill);
      kill();
      await exit;
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
