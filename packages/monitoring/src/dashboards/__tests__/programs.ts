/** Prometheus' own programs, run on files of a folder that is removed afterwards. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs promtool on files by name. @returns what it said, whether it was content or not */
export async function promtool(
  args: readonly string[],
  files: Readonly<Record<string, string>>,
): Promise<{ readonly ok: boolean; readonly says: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'im-promtool-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  try {
    const { stdout, stderr } = await run('promtool', [...args], { cwd: folder });
    return { ok: true, says: `${stdout}${stderr}` };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    return { ok: false, says: `${stdout}${stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A real Prometheus over series that were made beforehand. */
export interface Prometheus extends AsyncDisposable {
  /** Runs a query at the last of the scrapes. @returns how many series there are. @throws for one that it does not take */
  count(query: string): Promise<number>;
}

/** One scrape of the hub, in OpenMetrics. */
export interface Scraped {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** Starts one that has scraped what is given. */
export async function startPrometheus(scrapes: readonly Scraped[]): Promise<Prometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'im-prometheus-'));
  const last = (scrapes.at(-1)?.at ?? 0) / 1_000;
  writeFileSync(join(folder, 'metrics.txt'), withTimes(scrapes));
  writeFileSync(join(folder, 'prometheus.yml'), '{}');
  await run('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', 'metrics.txt', 'data'], {
    cwd: folder,
  });
  const address = `127.0.0.1:${await freePort()}`;
  const child: ChildProcess = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=${address}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exit = once(child, 'exit');
  if (child.stderr === null) throw new Error('it says nothing');
  let said = '';
  let isReady = false;
  for await (const line of createInterface({ input: child.stderr })) {
    said += `${line}\n`;
    isReady = line.includes('Server is ready to receive web requests');
    if (isReady) break;
  }
  if (!isReady) throw new Error(`prometheus did not start: ${said.slice(-2_000)}`);
  child.stderr.resume();
  return {
    async count(query) {
      const asked = new URLSearchParams({ query, time: String(last) });
      const response = await fetch(`http://${address}/api/v1/query?${asked}`);
      const { status, error, data } = (await response.json()) as {
        readonly status: string;
        readonly error?: string;
        readonly data?: { readonly result: readonly unknown[] };
      };
      if (status !== 'success') throw new Error(`${error}: ${query}`);
      return data?.result.length ?? 0;
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** All scrapes as one text, each sample with its time, family by family. */
function withTimes(scrapes: readonly Scraped[]): string {
  const families = new Map<string, string[]>();
  for (const { at, text } of scrapes) {
    let lines: string[] = [];
    for (const line of text.split('\n')) {
      const [, name] = /^# \w+ (\w+) /.exec(line) ?? [];
      if (name !== undefined) {
        lines = families.get(name) ?? [];
        families.set(name, lines);
        if (!lines.includes(line)) lines.push(line);
      } else if (line !== '' && !line.startsWith('#')) lines.push(`${line} ${at / 1_000}`);
    }
  }
  return `${[...families.values()].flat().join('\n')}\n# EOF\n`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
