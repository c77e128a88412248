/** Requests per second, the slowest hundredth, and the CPU that a server spends: ours and a peer in turn. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Pool } from 'undici';
import { type Line, line, median } from '../measure.ts';

const width = 50;
const times = 4_000;
const rounds = 7;

interface Contender {
  readonly server: ChildProcess;
  readonly pool: Pool;
  readonly path: string;
  readonly taken: { readonly cpu: number[]; readonly wall: number[]; readonly p99: number[] };
}

/** Starts a server of `support/hub-server.ts`. */
export async function startServer(
  kind: string,
  vendor = '',
): Promise<{ readonly url: string; readonly server: ChildProcess }> {
  const script = new URL('../support/hub-server.ts', import.meta.url);
  const server = fork(script, [kind, vendor], { execArgv: ['--conditions=@im/source'] });
  const [url] = (await once(server, 'message')) as [string];
  return { url, server };
}

async function cpuOf(server: ChildProcess): Promise<number> {
  server.send('cpu');
  const [spent] = (await once(server, 'message')) as [number];
  return spent;
}

/** One round: `width` connections, each asking as soon as it was answered. */
async function round({ server, pool, path, taken }: Contender, counts: boolean): Promise<void> {
  const waits: number[] = [];
  let left = times;
  const ask = async () => {
    while (left > 0) {
      left -= 1;
      const from = performance.now();
      const { statusCode, body } = await pool.request({ path, method: 'GET' });
      await body.dump();
      if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`);
      waits.push(performance.now() - from);
    }
  };
  const before = await cpuOf(server);
  const from = performance.now();
  await Promise.all(Array.from({ length: width }, ask));
  if (!counts) return;
  taken.wall.push(((performance.now() - from) * 1e6) / times);
  taken.cpu.push(((await cpuOf(server)) - before) / times);
  waits.sort((one, other) => one - other);
  taken.p99.push(waits[Math.floor(waits.length * 0.99)] ?? Number.NaN);
}

/**
 * Asks both for `path`.
 *
 * @param least share of the peer's requests per second that is to be reached
 */
export async function traffic(
  title: string,
  path: string,
  { ours, peer, least }: { readonly ours: string; readonly peer: string; readonly least: number },
  vendor = '',
): Promise<Line[]> {
  const contenders = await Promise.all(
    [ours, peer].map(async (kind): Promise<Contender> => {
      const { url, server } = await startServer(kind, vendor);
      return {
        server,
        path,
        pool: new Pool(url, { connections: width }),
        taken: { cpu: [], wall: [], p99: [] },
      };
    }),
  );
  for (let index = 0; index < rounds + 2; index += 1)
    for (const contender of contenders) await round(contender, index >= 2);
  for (const { pool, server } of contenders) {
    await pool.close();
    server.disconnect();
  }
  const [mine, other] = contenders.map(({ taken }) => ({
    cpu: median(taken.cpu),
    wall: median(taken.wall),
    p99: median(taken.p99),
  }));
  if (mine === undefined || other === undefined) throw new Error('there must be two');
  const goal = { ratio: 1 / least };
  return [
    line(`${title}, time of a request, 50 in flight`, 'ns', mine.wall, other.wall, goal),
    line(`${title}, slowest hundredth`, 'ms', mine.p99, other.p99, goal),
    line(`${title}, CPU of the server`, 'ns CPU', mine.cpu, other.cpu, goal),
  ];
}
