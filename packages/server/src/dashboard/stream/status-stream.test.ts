import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { sample, sampleRegistry, sampleStats } from '../../__fixtures__/registry.ts';
import { createHubAccess } from '../../access/access.ts';
import { createServer, type ServerOptions } from '../../server.ts';
import { readEvents } from '../__fixtures__/events.ts';
import { statusMessageSchema } from './status-stream.ts';

async function open(list: ReturnType<typeof sample>[], options: Partial<ServerOptions> = {}) {
  const clock = createVirtualClock();
  const registry = sampleRegistry(list);
  const hub = createServer({ registry, clock, ...options });
  const connect = async (path = '/integrations/events', headers: Record<string, string> = {}) => {
    const answer = await hub.app.request(path, { headers });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    return readEvents(answer.body as ReadableStream<Uint8Array>);
  };
  return { clock, registry, hub, connect };
}

const namesIn = (message: { readonly data: { readonly integrations: { name: string }[] } } | undefined) =>
  message?.data.integrations.map(({ name }) => name);

describe('the stream of the status', () => {
  it('begins with a snapshot, and goes on with what changed and nothing else', async () => {
    const list = [sample({ name: 'a' }), sample({ name: 'b' })];
    const { clock, registry, connect } = await open(list);
    const events = await connect();
    const snapshot = await events.next();
    expect(snapshot?.event).toBe('snapshot');
    expect(namesIn(snapshot)).toEqual(['a', 'b']);
    statusMessageSchema.parse(snapshot?.data);

    const next = events.next();
    await clock.advance(2_000);
    list[1] = sample({ name: 'b', status: 'degraded', reasons: [{ kind: 'x', says: 'slow', since: 0 }] });
    const happened = {
      name: 'b',
      tenant: 'acme',
      provider: 'spotify',
      kind: 'status',
      says: 'healthy → degraded',
    } as const;
    registry.emit({ ...happened, at: clock.now(), to: 'degraded' });
    await clock.advance(1_000);
    const change = await next;
    expect(change?.event).toBe('change');
    expect(namesIn(change)).toEqual(['b']);
    expect(change?.data).toMatchObject({ health: { status: 'degraded' }, removed: [], events: [happened] });
  });

  it('tells what is gone', async () => {
    const list = [sample({ name: 'a' }), sample({ name: 'b' })];
    const { clock, connect } = await open(list);
    const events = await connect();
    await events.next();
    const next = events.next();
    list.pop();
    await clock.advance(1_000);
    expect((await next)?.data.removed).toEqual([{ name: 'b', tenant: 'acme' }]);
  });

  it('resumes behind the last id with what changed meanwhile', async () => {
    const list = [sample({ name: 'a' }), sample({ name: 'b' }), sample({ name: 'c' })];
    const { clock, connect } = await open(list);
    const events = await connect();
    const id = (await events.next())?.id;
    await events.leave();
    list[2] = sample({ name: 'c', stats: sampleStats(7) });
    list.shift();
    await clock.advance(60_000);
    const again = await connect('/integrations/events', { 'last-event-id': String(id) });
    const message = await again.next();
    expect([message?.event, namesIn(message)]).toEqual(['change', ['c']]);
    expect(message?.data.removed).toEqual([{ name: 'a', tenant: 'acme' }]);
  });

  it.each(['another-0', 'nonsense', '99999999999999999999', ''])(
    'begins anew for the unknown id %j',
    async (id) => {
      const { connect } = await open([sample()]);
      expect((await (await connect('/integrations/events', { 'last-event-id': id })).next())?.event).toBe(
        'snapshot',
      );
    },
  );

  it('sends a long list in pieces, and an id only when the reader has all of it', async () => {
    const list = Array.from({ length: 450 }, (_, index) => sample({ name: `n${index}` }));
    const { connect } = await open(list);
    const events = await connect();
    const pieces = [await events.next(), await events.next(), await events.next()];
    expect(pieces.map((one) => [one?.event, one?.data.integrations.length, one?.id !== undefined])).toEqual([
      ['snapshot', 200, false],
      ['change', 200, false],
      ['change', 50, true],
    ]);
    expect(new Set(pieces.flatMap(namesIn)).size).toBe(450);
  });

  it('shows a caller of one tenant nothing of another, not even that something happened there', async () => {
    const state = memoryState();
    const access = createHubAccess({ state, clock: createVirtualClock() });
    const { key } = await access.createKey({ name: 'acme', roles: ['viewer'], tenant: 'acme' });
    const authorization = `Bearer ${key.reveal()}`;
    const list = [sample({ name: 'ours' }), sample({ name: 'theirs', tenant: 'zest' })];
    const { clock, registry, connect } = await open(list, { access });
    const events = await connect('/integrations/events', { authorization });
    const snapshot = await events.next();
    expect(JSON.stringify(snapshot)).not.toMatch(/theirs|zest/);
    expect(snapshot?.data.health.total).toBe(1);

    let heard = false;
    const next = events.next().then((message) => {
      heard = true;
      return message;
    });
    list[1] = sample({ name: 'theirs', tenant: 'zest', status: 'unhealthy' });
    registry.emit({
      at: clock.now(),
      name: 'theirs',
      tenant: 'zest',
      provider: 'spotify',
      kind: 'status',
      says: 'x',
      to: 'unhealthy',
    });
    await clock.advance(30_000);
    expect(heard).toBe(false);
    list[0] = sample({ name: 'ours', status: 'degraded' });
    await clock.advance(1_000);
    const change = await next;
    expect(namesIn(change)).toEqual(['ours']);
    expect(JSON.stringify(change)).not.toMatch(/theirs|zest/);
    // The id counts seconds, whatever happened and whoever else watched.
    expect(change?.id?.split('-')[1]).toBe('31');
    const asked = await connect('/integrations/events?tenant=zest', { authorization });
    expect(namesIn(await asked.next())).toEqual([]);
  });

  it('ends when the hub shuts down, and is not begun any more', async () => {
    const { clock, hub, connect } = await open([sample()]);
    const events = await connect();
    await events.next();
    const last = events.next();
    const closed = hub.close();
    await clock.advance(1_000);
    expect((await last)?.data.health.status).toBe('draining');
    expect(await events.next()).toBeUndefined();
    await closed;
    const refused = await hub.app.request('/integrations/events');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
  });

  it('has a bounded number of readers, and a place again when one leaves', async () => {
    const { connect, hub } = await open([sample()]);
    const readers = await Promise.all(Array.from({ length: 1_000 }, () => connect()));
    expect((await hub.app.request('/integrations/events')).status).toBe(503);
    expect((await hub.app.request('/integrations/events', { method: 'HEAD' })).status).toBe(200);
    await readers[0]?.leave();
    await (await connect()).leave();
    await Promise.all(readers.map((reader) => reader.leave()));
  });

  it.each(['/integrations/events?nope=1', '/integrations/events/page?sort=nope'])(
    'refuses %s with 400',
    async (path) => {
      const { hub } = await open([]);
      expect((await hub.app.request(path)).status).toBe(400);
    },
  );
});
