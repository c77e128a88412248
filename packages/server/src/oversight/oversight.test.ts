/** A hub that is watched over, from its configuration to the message that somebody gets. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import {
  type Call,
  ConfigurationError,
  defineIntegration,
  IntegrationError,
  memoryState,
  read,
} from '@im/core';
import { createVirtualClock } from '@im/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHubAccess, type HubAccess } from '../access/access.ts';
import { startServer } from '../start.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'im-oversight-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Is down while it is told so. */
let isDown = false;
const library = defineIntegration({
  id: 'library',
  title: 'Library',
  category: 'example',
  contract: 1,
  docs: 'https://library.test/docs',
  options: z.strictObject({}),
  egress: [],
  errors: { docs: 'https://library.test/errors', rows: [] },
  connect: () => ({
    ask: read(async (_call: Call) => {
      if (isDown) throw new IntegrationError('the library is closed', { code: 'unavailable' });
      return 'open';
    }),
  }),
  check: (api, call) => api.ask(call),
});

/** Takes what an alert says. */
async function startReceiver() {
  const got: { readonly type?: string }[] = [];
  const server = createHttpServer(async (request, response) => {
    got.push((await json(request)) as object);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    got,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function open(text: string, access?: HubAccess) {
  const configFile = join(folder, 'hub.yaml');
  await writeFile(
    configFile,
    `${text}\ntenants:\n  acme:\n    settings: { slaTarget: 0.99 }\n    integrations: { books: { use: library } }\n`,
  );
  const clock = createVirtualClock();
  const starting = startServer({
    configFile,
    definitions: [library],
    port: 0,
    settleMs: 1,
    clock,
    env: {},
    ...(access && { access }),
  });
  const hub = await clock.until(starting);
  const ask = async (path: string, method = 'GET', key?: string) => {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    const answer = await fetch(hub.url + path, { method, headers });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };
  /** Lets time pass until something is so. */
  const until = async (isSo: () => boolean) => {
    for (let step = 0; step < 400 && !isSo(); step += 1) {
      await clock.advance(3_000);
      await new Promise(setImmediate);
    }
    expect(isSo()).toBe(true);
  };
  return { hub, ask, until, [Symbol.asyncDispose]: () => clock.until(hub.close()) };
}

const key = Buffer.from('a secret of 24 bytes or so').toString('base64');
const alertsTo = (url: string, more = '') => `
hub:
  alerts:
    channels: { ops: { webhook: { url: '${url}', secret: '${key}' } } }
${more}`;

describe('a hub that is watched over', () => {
  it('tells somebody that an integration is down, shows it until it is acknowledged, and tells that it is over', async () => {
    isDown = true;
    await using receiver = await startReceiver();
    await using scene = await open(alertsTo(receiver.url));
    await scene.until(() => receiver.got.length > 0);
    expect(JSON.stringify(receiver.got[0])).toContain('books of acme is down');
    expect(JSON.stringify(receiver.got)).not.toContain(key);

    const shown = JSON.parse((await scene.ask('/integrations/alerts')).text) as {
      alerts: { rule: string; state: string }[];
      groups: { key: string }[];
    };
    expect(shown.alerts).toContainEqual(
      expect.objectContaining({ rule: 'IntegrationDown', state: 'firing' }),
    );
    const group = encodeURIComponent(shown.groups[0]?.key ?? '');
    const acknowledged = await scene.ask(`/integrations/alerts/acknowledge?group=${group}&note=mine`, 'POST');
    expect(acknowledged.status).toBe(200);
    expect((await scene.ask('/integrations/alerts')).text).toContain('"note":"mine"');
    expect((await scene.ask('/integrations/alerts/acknowledge?group=nothing', 'POST')).status).toBe(404);

    isDown = false;
    const before = receiver.got.length;
    await scene.until(() => receiver.got.length > before);
    expect(JSON.stringify(receiver.got.at(-1))).toMatch(/resolved/i);
  });

  it('counts what was promised, and reports a month in three formats', async () => {
    isDown = false;
    await using scene = await open('hub:\n  objectives: [{ tenant: acme, availability: 0.9 }]');
    const levels = await scene.ask('/integrations/service-levels?tenant=acme');
    expect([levels.status, Object.keys(JSON.parse(levels.text))]).toEqual([200, ['levels']]);
    const report = '/integrations/service-levels/report?tenant=acme&month=2030-01';
    for (const [format, type, begins] of [
      ['json', 'application/json', '{'],
      ['markdown', 'text/markdown', '#'],
      ['csv', 'text/csv', 'tenant'],
    ] as const) {
      const answer = await scene.ask(`${report}&format=${format}`);
      expect([answer.status, answer.type]).toEqual([200, `${type}; charset=utf-8`]);
      expect(answer.text.startsWith(begins)).toBe(true);
    }
    expect((await scene.ask(report.replace('2030-01', '2031-01'))).status).toBe(400);
  });

  it('shows a caller of one tenant nothing of another', async () => {
    isDown = true;
    await using receiver = await startReceiver();
    const access = createHubAccess({ state: memoryState() });
    const keyOf = async (tenant: string) =>
      (await access.createKey({ name: tenant, roles: ['operator'], tenant })).key.reveal();
    const [acme, zest] = [await keyOf('acme'), await keyOf('zest')];
    await using scene = await open(alertsTo(receiver.url), access);
    await scene.until(() => receiver.got.length > 0);
    const own = await scene.ask('/integrations/alerts', 'GET', acme);
    expect(own.text).toContain('IntegrationDown');
    const [{ key: group = '' } = {}] = (JSON.parse(own.text) as { groups: { key?: string }[] }).groups;
    const month = 'month=2030-01';
    for (const [path, status] of [
      ['/integrations/alerts?tenant=', 200],
      ['/integrations/service-levels?tenant=', 200],
      [`/integrations/service-levels/report?${month}&tenant=`, 404],
    ] as const) {
      const foreign = await scene.ask(`${path}acme`, 'GET', zest);
      const unknown = await scene.ask(`${path}nobody`, 'GET', zest);
      expect(foreign.text.replaceAll('acme', 'nobody')).toBe(unknown.text);
      expect([foreign.status, unknown.status, foreign.text.includes('books')]).toEqual([
        status,
        status,
        false,
      ]);
    }
    const taken = await scene.ask(
      `/integrations/alerts/acknowledge?group=${encodeURIComponent(group)}`,
      'POST',
      zest,
    );
    expect(taken.status).toBe(404);
    expect((await scene.ask('/integrations/alerts', 'GET', acme)).text).not.toContain('acknowledged"');
    isDown = false;
  });

  it('says what is not configured, and what is configured wrong', async () => {
    isDown = false;
    {
      await using scene = await open('hub: { title: Plain }');
      for (const path of ['/integrations/alerts', '/integrations/service-levels'])
        expect([path, (await scene.ask(path)).status]).toEqual([path, 501]);
    }
    const wrong = async (text: string) => {
      const error = await open(text).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigurationError);
      return String(error);
    };
    expect(await wrong('hub: { alerts: { channels: { ops: {} } } }')).toContain('exactly one of');
    expect(
      await wrong(
        alertsTo('http://127.0.0.1:9', '    routes: [{ name: all, steps: [{ channels: [nobody] }] }]'),
      ),
    ).toContain('nobody');
    await writeFile(join(folder, 'rules.yaml'), '- name: Strange\n  kind: nothing\n');
    expect(await wrong(alertsTo('http://127.0.0.1:9', '    rules: rules.yaml'))).toContain('rules');
  });
});
