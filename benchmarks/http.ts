/** Benchmarks of `@im/http`: what a checked call costs against the bare clients under it. The server is another process. */
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import got from 'got';
import { Pool } from 'undici';
import { z } from 'zod';
import {
  type Call,
  createIntegration,
  defineIntegration,
  idempotent,
  read,
} from '../packages/core/src/index.ts';
import { bytes, createHttp, path, staticToken, text } from '../packages/http/src/index.ts';
import { contest, inFlight, type Line, line, median, oneByOne } from './measure.ts';

const width = 50;
const mebibyte = Buffer.alloc(1024 * 1024, 'x');

const wireTrack = z.object({
  id: z.string(),
  name: z.string(),
  duration_ms: z.number(),
  explicit: z.boolean(),
  artists: z.array(z.object({ id: z.string(), name: z.string() })),
  album: z.object({ id: z.string(), name: z.string() }),
});

function integration(url: string) {
  const definition = defineIntegration({
    id: 'bench',
    title: 'Bench',
    category: 'example',
    contract: 1,
    docs: 'https://example.com',
    options: z.strictObject({}),
    egress: ['api.example.com'],
    errors: { docs: 'https://example.com', rows: [] },
    resilience: { bulkhead: { maxConcurrent: 200 } },
    http: (context) => createHttp(context, { baseUrl: `${url}/v1`, token: staticToken('benchmark') }),
    connect: ({ http }) => ({
      getTrack: read((id: string, call: Call) => http.get(path`tracks/${id}`, wireTrack, call)),
      download: read((call: Call) => http.get('big', bytes, call, { lane: 'got' })),
      upload: idempotent((body: Uint8Array, call: Call) =>
        http.put('big', text, call, { body, lane: 'got' }),
      ),
    }),
  });
  return createIntegration(definition, { options: {} });
}

async function smallJson(url: string): Promise<Line[]> {
  await using client = integration(url);
  const pool = new Pool(url);
  const headers = { accept: 'application/json', authorization: 'Bearer benchmark' };
  const bare = async () => {
    const { body } = await pool.request({
      path: '/v1/tracks/11dFghVXANMlKmJXsNCbNl',
      method: 'GET',
      headers,
    });
    return body.json();
  };
  const cpu = await contest(
    {
      ours: inFlight(width, () => client.getTrack('11dFghVXANMlKmJXsNCbNl')),
      undici: inFlight(width, bare),
    },
    { times: 4_000 },
  );
  await pool.close();
  return [
    line('GET of a small JSON, 50 in flight, against bare undici', 'ns', cpu.ours, cpu.undici, { ratio: 2 }),
  ];
}

async function largeBodies(url: string): Promise<Line[]> {
  await using client = integration(url);
  const plain = got.extend({ retry: { limit: 0 }, throwHttpErrors: false });
  const target = `${url}/v1/big`;
  const down = await contest(
    { ours: oneByOne(() => client.download()), got: oneByOne(() => plain(target).buffer()) },
    { times: 100, rounds: 7 },
  );
  const up = await contest(
    {
      ours: oneByOne(() => client.upload(mebibyte)),
      got: oneByOne(() => plain.put(target, { body: mebibyte }).text()),
    },
    { times: 100, rounds: 7 },
  );
  return [
    line('1 MiB down through the streaming lane, against got alone', 'ns', down.ours, down.got, {
      ratio: 1.3,
    }),
    line('1 MiB up through the streaming lane, against got alone', 'ns', up.ours, up.got, { ratio: 1.3 }),
  ];
}

/** Bytes by which the process grows over many transfers after it has settled. */
async function memory(url: string): Promise<Line[]> {
  await using client = integration(url);
  const heldAfter = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      await client.download();
      await client.upload(mebibyte);
    }
    // Buffers are given back by finalizers, which need turns of their own.
    for (let turn = 0; turn < 10; turn += 1) {
      globalThis.gc?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    return process.memoryUsage().heapUsed + process.memoryUsage().external;
  };
  await heldAfter(100);
  const before = await heldAfter(100);
  const after = await heldAfter(300);
  const name = 'growth over 600 MiB of transfers, beside what was held before';
  return [line(name, 'bytes', Math.max(after - before, 1), before, { ours: 2_000_000 })];
}

/** Milliseconds of one import in a fresh process; the median of several, in turns. */
function imports(): Line[] {
  const modules = { spotify: '@im/spotify', core: '@im/core' };
  const taken: Record<keyof typeof modules, number[]> = { spotify: [], core: [] };
  for (let round = 0; round < 9; round += 1) {
    for (const name of ['spotify', 'core'] as const) {
      const script = `const from = performance.now(); await import('${modules[name]}'); console.log(performance.now() - from)`;
      const flags = ['--conditions=@im/source', '--input-type=module', '--eval', script];
      taken[name].push(Number(execFileSync(process.execPath, flags, { encoding: 'utf8' })));
    }
  }
  return [
    line('import of @im/spotify, against @im/core', 'ms', median(taken.spotify), median(taken.core), {
      ratio: 1.4,
    }),
  ];
}

/** The lines of this group. */
export async function run(): Promise<readonly Line[]> {
  const server = fork(new URL('./support/http-server.ts', import.meta.url), { execArgv: [] });
  const [port] = await once(server, 'message');
  const url = `http://127.0.0.1:${port}`;
  try {
    return [...(await smallJson(url)), ...(await largeBodies(url)), ...(await memory(url)), ...imports()];
  } finally {
    server.disconnect();
  }
}
