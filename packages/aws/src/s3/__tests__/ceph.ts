/**
 * Ceph's object gateway as processes of its own: a monitor, one store in memory, and the gateway. A real server that
 * checks signatures, keeps versions, and was written by nobody here.
 *
 * @see {@link https://docs.ceph.com/en/latest/radosgw/s3/ | Ceph: Object Gateway S3 API}
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A running gateway. Disposing it ends its processes and removes what they wrote. */
export interface Ceph extends AsyncDisposable {
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly version: string;
}

/** What has to be installed. */
const binaries = ['ceph', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph-authtool', 'monmaptool'];

/** Why it cannot be started here; `undefined` when it can. */
export function whyNoCeph(): string | undefined {
  const folders = (process.env.PATH ?? '').split(':');
  const missing = binaries.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} not installed: apt-get install --no-install-recommends ceph-mon ceph-osd radosgw`;
}

/**
 * Ports that nobody has now. Ceph has to be told which to take, so they are from below those that the system gives to connections, or
 * one of those could have it by then. All are held before any is let go, so that they differ.
 */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const server = createServer().listen(15_000 + Math.floor(Math.random() * 15_000), '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isFree) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

const accessKeyId = 'CEPHTESTKEY000000001';
const secretAccessKey = 'ceph+test/secret=of+40+characters+000000';

/** @throws Error with what its processes said, when it does not come up twice */
export async function startCeph(): Promise<Ceph> {
  return startOnce().catch(startOnce);
}

async function startOnce(): Promise<Ceph> {
  const folder = await mkdtemp(join(tmpdir(), 'im-ceph-'));
  const children: ChildProcess[] = [];
  let said = '';
  const kill = () => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    const ended = children.filter((child) => child.exitCode === null && child.signalCode === null);
    for (const child of ended) child.ref();
    kill();
    await Promise.all(ended.map((child) => once(child, 'exit')));
    await rm(folder, { recursive: true, force: true });
  };
  const inBackground = (command: string, ...args: string[]) => {
    const child = spawn(command, ['-c', file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said = `${said}${chunk}`.slice(-4_000);
      });
    children.push(child);
    child.unref();
    for (const stream of [child.stdout, child.stderr]) (stream as { unref?(): void }).unref?.();
  };
  const file = join(folder, 'ceph.conf');
  try {
    const [monitor = 0, port = 0] = await freePorts(2);
    const fsid = randomUUID();
    for (const name of ['mon', 'osd', 'rgw', 'run']) await mkdir(join(folder, name));
    await writeFile(file, configuration(folder, fsid, monitor, port));
    const keyring = join(folder, 'keyring');
    const map = join(folder, 'monmap');
    await run('ceph-authtool', [
      '--create-keyring',
      keyring,
      '--gen-key',
      '-n',
      'mon.',
      '--cap',
      'mon',
      'allow *',
    ]);
    await run('ceph-authtool', [
      ...[keyring, '--gen-key', '-n', 'client.admin', '--cap', 'mon', 'allow *', '--cap', 'osd', 'allow *'],
    ]);
    await run('monmaptool', ['--create', '--addv', 'a', `[v1:127.0.0.1:${monitor}]`, '--fsid', fsid, map]);
    await run('ceph-mon', ['-c', file, '--mkfs', '-i', 'a', '--monmap', map, '--keyring', keyring]);
    inBackground('ceph-mon', '-i', 'a', '-f');
    const osd = randomUUID();
    await untilItWorks(children, () =>
      run('ceph', ['-c', file, 'osd', 'new', osd, '0'], { timeout: 20_000 }),
    );
    await run('ceph-osd', [
      '-c',
      file,
      '-i',
      '0',
      '--mkfs',
      '--osd-uuid',
      osd,
      '--osd-data',
      join(folder, 'osd'),
    ]);
    inBackground('ceph-osd', '-i', '0', '-f');
    await run('ceph', ['-c', file, 'osd', 'crush', 'add', 'osd.0', '1.0', 'root=default', 'host=localhost']);
    inBackground('radosgw', '-n', 'client.rgw.a', '-f');
    const url = `http://127.0.0.1:${port}`;
    await untilItWorks(children, () => fetch(url));
    await run('radosgw-admin', [
      ...['-c', file, 'user', 'create', '--uid=test', '--display-name=test'],
      ...[`--access-key=${accessKeyId}`, `--secret=${secretAccessKey}`],
    ]);
    const { stdout } = await run('radosgw', ['--version']);
    const version = /version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
    return { url, accessKeyId, secretAccessKey, version, [Symbol.asyncDispose]: stop };
  } catch (cause) {
    await stop();
    throw new Error(`Ceph did not start: ${said.trim() || 'it said nothing'}`, { cause });
  }
}

/** Nothing of it is announced: only a try tells whether it has come up. Once one of its processes has ended, it never will. */
async function untilItWorks(
  children: readonly ChildProcess[],
  attempt: () => Promise<unknown>,
): Promise<void> {
  const end = Date.now() + 50_000;
  while (true) {
    try {
      await attempt();
      return;
    } catch (error) {
      const isOver = children.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null);
      if (isOver || Date.now() > end) throw error;
      await wait(100);
    }
  }
}

function configuration(folder: string, fsid: string, monitor: number, port: number): string {
  return `[global]
fsid = ${fsid}
mon host = v1:127.0.0.1:${monitor}
auth cluster required = none
auth service required = none
auth client required = none
ms bind msgr2 = false
public network = 127.0.0.0/8
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
mon allow pool size one = true
osd crush chooseleaf type = 0
run dir = ${folder}/run
keyring = ${folder}/keyring
log file = ${folder}/run/$name.log
crash dir = ${folder}/run
pid file = ${folder}/run/$name.pid
admin socket = ${folder}/run/$name.asok
[mon.a]
host = localhost
mon data = ${folder}/mon
public addr = 127.0.0.1:${monitor}
[osd]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
[client.rgw.a]
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw data = ${folder}/rgw
`;
}
