/**
 * Benchmarks of `@im/storage` over the three clouds: what the portable store costs against the vendor's own SDK on the
 * same fake, which is another process. `IM_BENCH_CLOUDS=s3,azure` measures some of them, `IM_BENCH_LINES=up,down` some of the lines:
 * `small` objects, streams `up`, `down` and `whole` (`large`: with those of a GiB), `list`, `replicas`, `migration`.
 */
import { execFileSync } from 'node:child_process';
import { memoryJournal, migrate, replicate } from '@im/storage/multi';
import { type Contender, inFlight, type Line, line, median, timedContest } from './measure.ts';
import type { CloudName } from './storage/bare.ts';
import { type MeasuredCloud, openCloud } from './storage/cloud.ts';

const width = 50;
const small = Buffer.alloc(1024, 'x');
const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;
const listedKeys = 100_000;

const titles: Readonly<Record<CloudName, string>> = { s3: 'S3', azure: 'Azure', gcs: 'GCS' };

const sections = ['small', 'up', 'down', 'whole', 'large', 'list', 'replicas', 'migration'] as const;
type Section = (typeof sections)[number];
/** What is measured. */
const isWanted = (section: Section) =>
  (process.env.IM_BENCH_LINES ?? sections.join()).split(',').includes(section);

/** The bars of `put` and `get` of 1 KiB. */
const smallBars = { cpu: { ratio: 0.5 }, wall: { ratio: 1 / 0.95 } } as const;

async function smallObjects({ name, ours, bare }: MeasuredCloud): Promise<Line[]> {
  await ours.put('small-0', small);
  const put = await timedContest(
    {
      ours: inFlight(width, (index) => ours.put(`small-${index}`, small)),
      bare: inFlight(width, (index) => bare.put(`bare-${index}`, small)),
    },
    { times: 1_000, rounds: 7 },
  );
  const get = await timedContest(
    {
      ours: inFlight(width, async (index) => (await ours.get(`small-${index}`)).bytes()),
      bare: inFlight(width, (index) => bare.get(`small-${index}`)),
    },
    { times: 1_000, rounds: 7 },
  );
  const lines = (what: string, { ours, bare }: typeof put) => [
    line(`${titles[name]}: ${what} 1 KiB, 50 in flight, CPU`, 'ns CPU', ours.cpu, bare.cpu, smallBars.cpu),
    line(`${titles[name]}: ${what} 1 KiB, 50 in flight, time`, 'ns', ours.wall, bare.wall, smallBars.wall),
  ];
  return [...lines('put', put), ...lines('get', get)];
}

interface Transfer {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

function transfer(
  { name, options }: MeasuredCloud,
  who: 'ours' | 'bare',
  direction: 'up' | 'whole' | 'down' | 'prepare',
  bytes: number,
): Transfer | undefined {
  const script = new URL('./storage/transfer.ts', import.meta.url).pathname;
  const flags = ['--conditions=@im/source', '--expose-gc', script];
  const args = [name, who, direction, String(bytes), JSON.stringify(options)];
  const told = execFileSync(process.execPath, [...flags, ...args], {
    encoding: 'utf8',
    // An SDK's warnings are none of the report's business; a failure is told by its exit code.
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  });
  return told === '' ? undefined : (JSON.parse(told) as Transfer);
}

const contenders = ['ours', 'bare'] as const;

/** Moves so many bytes with both, round by round. @returns the medians of each */
function contestOf(
  cloud: MeasuredCloud,
  way: 'up' | 'whole' | 'down',
  bytes: number,
  rounds: number,
): Record<(typeof contenders)[number], Transfer> {
  const taken = { ours: [] as Transfer[], bare: [] as Transfer[] };
  if (way === 'down') for (const who of contenders) transfer(cloud, who, 'prepare', bytes);
  for (let round = 0; round < rounds; round += 1)
    for (const who of contenders) {
      const one = transfer(cloud, who, way, bytes);
      if (one === undefined) throw new Error(`${cloud.name}: the transfer ${way} told nothing`);
      taken[who].push(one);
    }
  const of = (who: (typeof contenders)[number]): Transfer => ({
    seconds: median(taken[who].map(({ seconds }) => seconds)),
    cpuSeconds: median(taken[who].map(({ cpuSeconds }) => cpuSeconds)),
    peakBytes: median(taken[who].map(({ peakBytes }) => peakBytes)),
  });
  return { ours: of('ours'), bare: of('bare') };
}

const streamBar = (name: CloudName) => ({ ratio: name === 'gcs' ? 0.25 : 0.6 });

function streams(cloud: MeasuredCloud): Line[] {
  const ways = (['up', 'down', ...(cloud.bare.uploadWhole ? (['whole'] as const) : [])] as const).filter(
    isWanted,
  );
  return ways.flatMap((way) => {
    const how = { up: 'up', down: 'down', whole: "up, against the SDK's single request" }[way];
    const title = `${titles[cloud.name]}: 64 MiB ${how}`;
    const { ours, bare } = contestOf(cloud, way, 64 * mebibyte, 7);
    const lines = [
      line(`${title}, CPU`, 's CPU', ours.cpuSeconds, bare.cpuSeconds, streamBar(cloud.name)),
      line(`${title}, time`, 's', ours.seconds, bare.seconds, { ratio: 1 }),
    ];
    if (way === 'whole' || !isWanted('large')) return lines;
    const large = contestOf(cloud, way, gibibyte, 3);
    const largeTitle = `${titles[cloud.name]}: 1 GiB ${how}`;
    return [
      ...lines,
      line(`${largeTitle}, time`, 's', large.ours.seconds, large.bare.seconds, { ratio: 1 }),
      line(`${largeTitle}, peak of memory`, 'bytes', large.ours.peakBytes, large.bare.peakBytes, {
        ours: 100 * mebibyte,
      }),
    ];
  });
}

async function listing({ name, ours, bare }: MeasuredCloud): Promise<Line[]> {
  const put = inFlight(100, (index) => ours.put(`list/${String(next + index).padStart(6, '0')}`, ''));
  let next = 0;
  for (; next < listedKeys; next += 100) await put(100);
  const count = async () => {
    let found = 0;
    for await (const page of ours.list({ prefix: 'list/' }).pages()) found += page.items.length;
    if (found !== listedKeys) throw new Error(`${found} keys were listed`);
  };
  const taken = await timedContest(
    { ours: count, bare: async () => void (await bare.list('list/')) },
    { times: 1, rounds: 3 },
  );
  return [
    line(`${titles[name]}: list of 100,000 keys, time`, 'ns', taken.ours.wall, taken.bare.wall, {
      ratio: 1.1,
    }),
  ];
}

/** One source into all stores at once, against the slowest of them alone. */
async function replicas(clouds: readonly MeasuredCloud[]): Promise<Line[]> {
  const [first, ...others] = clouds;
  if (first === undefined || others.length === 0) return [];
  const store = replicate({
    primary: first.ours,
    replicas: others.map(({ ours }) => ours),
    journal: memoryJournal(),
    wait: 'all',
    atOnce: true,
  });
  await using _replication = store.replication;
  const body = Buffer.alloc(64 * mebibyte, 'x');
  const contenders = Object.fromEntries(
    clouds.map(({ name, ours }): [string, Contender] => [
      name,
      async () => void (await ours.put('alone', body)),
    ]),
  );
  const taken = await timedContest<string>(
    {
      ...contenders,
      all: async () => void (await store.put('together', body)),
      // What the machine, which runs the clouds as well, has room for.
      apart: async () => void (await Promise.all(clouds.map(({ ours }) => ours.put('apart', body)))),
    },
    { times: 1, rounds: 5 },
  );
  const slowest = Math.max(...clouds.map(({ name }) => taken[name]?.wall ?? 0));
  const together = clouds.reduce((sum, { name }) => sum + (taken[name]?.cpu ?? 0), 0);
  return [
    // What is shared, reading and hashing, is spent once.
    line('64 MiB to all clouds at once, against each alone, CPU', 'ns CPU', taken.all?.cpu ?? 0, together, {
      ratio: 1,
    }),
    line(
      '64 MiB to all clouds at once, against the slowest alone, time',
      'ns',
      taken.all?.wall ?? 0,
      slowest,
      {
        ratio: 1.2,
      },
    ),
    line(
      '64 MiB to all clouds at once, against puts to each at the same time, time',
      'ns',
      taken.all?.wall ?? 0,
      taken.apart?.wall ?? 0,
      { ratio: 1.2 },
    ),
  ];
}

/** 2,000 small objects from one cloud to another, against a loop over both SDKs with as many in flight. */
async function migration(clouds: readonly MeasuredCloud[]): Promise<Line[]> {
  const [from, to] = clouds;
  if (from === undefined || to === undefined) return [];
  const objects = 2_000;
  for (let index = 0; index < objects; index += width)
    await Promise.all(
      Array.from({ length: width }, (_, step) => from.ours.put(`migrate/${index + step}`, small)),
    );
  let run = 0;
  const taken = await timedContest(
    {
      ours: async () => {
        run += 1;
        const report = await migrate(from.ours, to.ours.scoped(`run-${run}/`), {
          prefix: 'migrate/',
          concurrency: width,
        });
        if (report.copied !== objects) throw new Error(`${report.copied} of ${objects} were copied`);
      },
      bare: async () => {
        run += 1;
        const indices = Array.from({ length: objects }, (_, index) => index).values();
        const work = async () => {
          for (const index of indices)
            await to.bare.put(`run-${run}/migrate/${index}`, await from.bare.get(`migrate/${index}`));
        };
        await Promise.all(Array.from({ length: width }, work));
      },
    },
    { times: 1, rounds: 3 },
  );
  return [
    line(
      '2,000 objects of 1 KiB migrated, against a loop over both SDKs, CPU',
      'ns CPU',
      taken.ours.cpu,
      taken.bare.cpu,
      {
        ratio: 1,
      },
    ),
    line(
      '2,000 objects of 1 KiB migrated, against a loop over both SDKs, time',
      'ns',
      taken.ours.wall,
      taken.bare.wall,
      {
        ratio: 1,
      },
    ),
  ];
}

/** The lines of this group. */
export async function run(): Promise<readonly Line[]> {
  const wanted = (process.env.IM_BENCH_CLOUDS ?? 's3,azure,gcs').split(',') as CloudName[];
  await using stack = new AsyncDisposableStack();
  const clouds: MeasuredCloud[] = [];
  for (const name of wanted) clouds.push(stack.use(await openCloud(name)));
  const lines: Line[] = [];
  if (isWanted('small')) for (const cloud of clouds) lines.push(...(await smallObjects(cloud)));
  for (const cloud of clouds) lines.push(...streams(cloud));
  if (isWanted('list')) for (const cloud of clouds) lines.push(...(await listing(cloud)));
  if (isWanted('replicas')) lines.push(...(await replicas(clouds)));
  if (isWanted('migration')) lines.push(...(await migration(clouds)));
  return lines;
}
