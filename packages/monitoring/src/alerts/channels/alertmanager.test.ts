import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describeProgram } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import { createHastyClock } from '../__tests__/hasty-clock.ts';
import { alertSample, notificationSample } from '../__tests__/samples.ts';
import { deliver } from '../deliver.ts';
import { alertmanagerChannel } from './alertmanager.ts';

const open = new AbortController().signal;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A real Alertmanager with an empty memory. */
async function startAlertmanager() {
  const folder = mkdtempSync(join(tmpdir(), 'im-alertmanager-'));
  const config = join(folder, 'alertmanager.yml');
  writeFileSync(config, 'route: {receiver: none}\nreceivers: [{name: none}]\n');
  const address = `127.0.0.1:${await freePort()}`;
  const flags = [
    `--config.file=${config}`,
    `--storage.path=${folder}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
  ];
  const child: ChildProcess = spawn('prometheus-alertmanager', flags, {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exit = once(child, 'exit');
  if (child.stderr === null) throw new Error('it says nothing');
  for await (const line of createInterface({ input: child.stderr })) if (line.includes('Listening on')) break;
  child.stderr.resume();
  return {
    url: `http://${address}`,
    async alerts(): Promise<readonly AlertmanagerAlert[]> {
      const response = await fetch(`http://${address}/api/v2/alerts`);
      return (await response.json()) as AlertmanagerAlert[];
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly status: { readonly state: string };
}

describeProgram(
  'a real Alertmanager',
  'prometheus-alertmanager',
  'apt-get install prometheus-alertmanager',
  () => {
    it('shows an alert once, however often it is told, and no more when it is resolved', async () => {
      await using manager = await startAlertmanager();
      const channel = alertmanagerChannel({ url: manager.url, onPurpose: true });
      const now = Date.now();
      const clock = createHastyClock(now);
      const firing = [{ ...alertSample, since: now - 60_000, labels: { ...alertSample.labels, empty: '' } }];
      for (let times = 0; times < 2; times += 1)
        expect((await deliver(channel, notificationSample({ firing }), clock, open)).kind).toBe('accepted');
      expect(await manager.alerts()).toMatchObject([
        {
          labels: { alertname: 'IntegrationDown', tenant: 'acme', integration: 'mail', severity: 'critical' },
          annotations: { summary: 'mail of acme is down', action: 'Look at the vendor.' },
          startsAt: new Date(now - 60_000).toISOString(),
          status: { state: 'active' },
        },
      ]);
      const resolved = firing.map((alert) => ({ ...alert, resolvedAt: now - 1_000 }));
      const over = notificationSample({ status: 'resolved', firing: [], resolved });
      expect((await deliver(channel, over, clock, open)).kind).toBe('accepted');
      expect(await manager.alerts()).toEqual([]);
    });

    it('refuses a label that it does not take, with a sentence that says where to look', async () => {
      await using manager = await startAlertmanager();
      const channel = alertmanagerChannel({ url: `${manager.url}/`, onPurpose: true });
      const firing = [{ ...alertSample, labels: { 'no-label': 'x' } }];
      expect(
        await deliver(channel, notificationSample({ firing }), createHastyClock(Date.now()), open),
      ).toMatchObject({
        kind: 'failed',
        says: expect.stringContaining('see its log'),
      });
    });
  },
);
