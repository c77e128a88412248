/**
 * A folder of files goes into three clouds at once. Midway one of them goes away; the others go on, and what it missed
 * stands in a journal on the disk. When it is back the journal drains, and everything is compared: cloud with cloud, and
 * every cloud with the folder.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '@im/core';
import { createObjectStore, filesystemDriver } from '@im/storage';
import { createJournal, objectStorage, replicate, verify } from '@im/storage/multi';
import { readArguments, usage } from './arguments.ts';
import { BadInput } from './bad-input.ts';
import { startClouds, storesOf } from './clouds.ts';
import { compareStore, digestsOf } from './compare.ts';
import { type LocalFile, listFiles } from './files.ts';
import { bar, count, createProgressLine, size, table, time } from './report.ts';

/** Files on their way at the same time. */
const concurrency = 8;
/** What goes away, and when it does: after this share of the files. */
const outage = { cloud: 'azure', from: 0.4 } as const;

/** Runs the example. @returns the exit code */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const given = await readArguments(args);
  if (given.help) {
    print(usage);
    return 0;
  }
  const files = await listFiles(given.in);
  if (files.length === 0) throw new BadInput(`there are no files in ${given.in}`);
  const folder = await mkdtemp(join(tmpdir(), 'multi-cloud-'));
  try {
    return await run(given.in, files, folder, given.check, signal);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  from: string,
  files: readonly LocalFile[],
  folder: string,
  check: boolean,
  signal: AbortSignal,
): Promise<number> {
  const totalBytes = files.reduce((sum, file) => sum + file.size, 0);
  print(`${from}: ${count(files.length)} files, ${size(totalBytes)}`);
  await using clouds = await startClouds(signal);
  for (const { name, engine, door } of clouds.all) print(`  ${name.padEnd(6)} ${engine} at ${door.url}`);
  const stores = storesOf(clouds.registry);
  const lost = clouds.all.find(({ name }) => name === outage.cloud);
  if (lost === undefined) throw new Error(`there is no cloud ${outage.cloud}`);

  // On the disk, so that a process that is killed takes it up where it was.
  await using journal = createJournal(
    objectStorage(createObjectStore(filesystemDriver({ root: join(folder, 'journal') }))),
  );
  const store = replicate({
    primary: stores.aws,
    replicas: [stores.azure, stores.gcp],
    journal,
    wait: 1,
    health: { failures: 3, coolDownMs: 500, longestCoolDownMs: 2_000 },
  });
  await using replication = store.replication;

  const began = performance.now();
  const line = check ? undefined : createProgressLine(process.stdout);
  const done = { files: 0, bytes: 0, whileDown: 0 };
  const shutAt = Math.floor(files.length * outage.from);
  const behind = () => replication.lag().find((one) => one.store === outage.cloud)?.keys ?? 0;
  await inParallel(files, concurrency, async (file, index) => {
    signal.throwIfAborted();
    if (index === shutAt) lost.door.shut();
    await store.put(file.key, createReadStream(file.path), { size: file.size, signal });
    done.files += 1;
    done.bytes += file.size;
    if (!lost.door.isOpen) done.whileDown += 1;
    const rate = done.bytes / Math.max((performance.now() - began) / 1_000, 0.001);
    line?.update(
      `${bar(done.bytes / Math.max(totalBytes, 1))} ${count(done.files)}/${count(files.length)} files · ${size(done.bytes)} · ` +
        `${size(rate)}/s · ${time(((totalBytes - done.bytes) / Math.max(rate, 1)) * 1_000)} left · ` +
        `${outage.cloud} ${lost.door.isOpen ? 'up' : `down, ${count(behind())} behind`}`,
    );
  });
  line?.end();
  const putMs = performance.now() - began;
  const missed = behind();
  print(
    `put in ${time(putMs)}; ${outage.cloud} went away after ${count(shutAt)} files (${count(lost.door.broken)} connections refused or broken), ` +
      `${count(done.whileDown)} files were put without it, ${count(missed)} stand in the journal`,
  );

  lost.door.open();
  const backAt = performance.now();
  await replication.drain({ signal });
  const drainMs = performance.now() - backAt;
  print(`${outage.cloud} is back: the journal drained in ${time(drainMs)}, ${count(behind())} are left`);

  const problems: string[] =
    missed > 0 ? [] : [`the outage of ${outage.cloud} was not felt: nothing stood in the journal`];
  for (const name of ['azure', 'gcp'] as const) {
    const report = await verify(stores.aws, stores[name], { deep: true, signal });
    const { compared, missing, extra, different, failed } = report;
    print(
      `aws and ${name}: ${count(compared)} compared, ${missing.length} missing, ${extra.length} extra, ${different.length} different`,
    );
    if (!report.isClean)
      problems.push(
        ...missing.map((key) => `${name}: ${key} is missing`),
        ...extra.map((key) => `${name}: ${key} does not belong there`),
        ...different.map(({ key, why }) => `${name}: ${key}: ${why}`),
        ...failed.map(({ key, error }) => `${name}: ${key}: ${String(error)}`),
      );
  }
  const digests = await digestsOf(files);
  const rows: string[][] = [];
  for (const { name, engine } of clouds.all) {
    const found = await compareStore(name, stores[name], files, digests);
    problems.push(...found);
    const { stats, status } = clouds.registry.status({ tenant: 'archive', name: names[name] });
    rows.push([
      name,
      engine,
      status,
      count(stats.calls),
      count(stats.retries),
      found.length === 0 ? '✓' : `✗ ${found.length}`,
    ]);
  }
  print(`\n${table(['cloud', 'engine', 'status', 'calls', 'retries', 'as in the folder'], rows)}\n`);
  if (problems.length > 0) {
    for (const problem of problems.slice(0, 20)) print(`✗ ${problem}`);
    if (problems.length > 20) print(`  … and ${count(problems.length - 20)} more`);
    return 1;
  }
  print(`✓ ${count(files.length)} files, ${size(totalBytes)}: every byte is in all three clouds`);
  return 0;
}

/** Names of the integrations, as `integrations.yaml` makes them. */
const names = { aws: 'aws.s3', azure: 'azure.blob', gcp: 'gcp.storage' } as const;

/** Works on all items, `width` at a time, beginning in their order. */
async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item, index: number) => Promise<void>,
): Promise<void> {
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) await work(item, index);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

const print = (text: string) => process.stdout.write(`${text}\n`);

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
try {
  process.exitCode = await main(process.argv.slice(2), stop.signal);
} catch (error) {
  if (error instanceof BadInput) {
    process.stderr.write(`multi-cloud: ${error.message}\n`);
    process.exitCode = 2;
  } else if (errorCode(error) === 'cancelled') {
    print('interrupted');
    process.exitCode = 1;
  } else throw error;
}
