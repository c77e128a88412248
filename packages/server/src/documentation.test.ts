import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRoleBook, decide } from '@im/auth/rbac';
import type { IntegrationStatus } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { sample, sampleRegistry } from './__fixtures__/registry.ts';
import { hubPermissions, hubRoles } from './access/roles.ts';
import { loadHubConfig } from './config/load.ts';
import { createServer } from './server.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/server.md'), 'utf8');

/** Rows of the table whose head begins so, as cells. */
function tableAt(head: string): readonly (readonly string[])[] {
  const [, , ...rows] =
    page
      .slice(page.indexOf(`| ${head}`))
      .split('\n\n', 1)[0]
      ?.split('\n') ?? [];
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** How to bring the hub into the state that a row of the table names. The list may be changed at any time. */
const scenes: Readonly<
  Record<string, (list: IntegrationStatus[], act: { look(): Promise<unknown>; close(): void }) => unknown>
> = {
  'a required integration was not tried yet': (list) =>
    list.push(sample({ required: true, status: 'registered' })),
  'a required integration could not start': (list) =>
    list.push(sample({ required: true, status: 'unhealthy' })),
  'everything is well': (list) => list.push(sample({ required: true })),
  'an integration that is not required is down': (list) =>
    list.push(sample(), sample({ name: 'other', status: 'unhealthy' })),
  'a required integration went down later': async (list, { look }) => {
    list.push(sample({ required: true }));
    await look();
    list[0] = sample({ required: true, status: 'unhealthy' });
  },
  'a required integration starts again': async (list, { look }) => {
    list.push(sample({ required: true }));
    await look();
    list[0] = sample({ required: true, status: 'starting' });
  },
  'the hub is shutting down': async (list, { look, close }) => {
    list.push(sample({ required: true }));
    await look();
    close();
  },
};

describe('docs/server.md', () => {
  const rows = tableAt('when | /livez');

  it('names in its table of probes every state that there is', () => {
    expect(rows.map(([when]) => when)).toEqual(Object.keys(scenes));
  });

  it.each(rows)('tells the truth when %s', async (when = '', ...expected) => {
    const list: IntegrationStatus[] = [];
    const clock = createVirtualClock();
    const hub = createServer({ registry: sampleRegistry(list), clock, drainDelayMs: 1_000 });
    const closed: Promise<void>[] = [];
    const statuses = async () => {
      const answers = [];
      for (const path of ['/livez', '/readyz', '/startupz']) answers.push(await hub.app.request(path));
      return answers.map(({ status }) => String(status));
    };
    const look = async () => {
      await statuses();
      await clock.advance(1_000);
    };
    await scenes[when]?.(list, { look, close: () => closed.push(hub.close()) });
    expect(await statuses()).toEqual(expected);
    await Promise.all([...closed, hub.close()]);
  });

  it('has a configuration that is right', async () => {
    const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const folder = await mkdtemp(join(tmpdir(), 'im-docs-'));
    const file = join(folder, 'integrations.yaml');
    await writeFile(file, yaml);
    const env = {
      HUB_SEALING_KEY: Buffer.alloc(32).toString('base64'),
      SPOTIFY_ID: 'abc',
      SPOTIFY_SECRET: 'xyz',
    };
    const { hub } = await loadHubConfig(file, { env });
    expect(hub).toMatchObject({ port: 8080, watch: true, access: { keysFile: join(folder, 'keys.jsonl') } });
    expect(Object.keys(hub)).toHaveLength(13);
    await rm(folder, { recursive: true });
  });

  it('says which role has which permission', () => {
    const book = createRoleBook(hubRoles);
    const marks = tableAt('permission | for').flatMap(([names = '', , ...given]) =>
      [...names.matchAll(/`([\w:]+)`/g)].map(([, permission = '']) => [
        permission,
        given.map((mark) => mark === '✓'),
      ]),
    );
    const may = (role: string, permission: string) =>
      decide(book, { subject: { id: 'x' }, assignments: [{ role }], permission, now: 0 });
    expect(marks).toEqual(
      marks.map(([permission]) => [
        permission,
        ['viewer', 'operator', 'admin'].map((role) => may(role, String(permission))),
      ]),
    );
    expect(marks.map(([permission]) => permission)).toEqual(expect.arrayContaining([...hubPermissions]));
  });
});
