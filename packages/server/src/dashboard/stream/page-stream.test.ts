import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { sample, sampleRegistry, sampleStats } from '../../__fixtures__/registry.ts';
import { createServer } from '../../server.ts';
import { readEvents } from '../__fixtures__/events.ts';

async function open(list: ReturnType<typeof sample>[], query = '') {
  const clock = createVirtualClock();
  const hub = createServer({ registry: sampleRegistry(list), clock });
  const answer = await hub.app.request(`/integrations/events/page${query}`);
  expect(answer.status).toBe(200);
  const events = readEvents(answer.body as ReadableStream<Uint8Array>);
  return { clock, hub, events, snapshot: await events.next() };
}

/** Ids of the elements that are wrong until the change comes. */
const partsOf = (message: { readonly data: { readonly parts: object } } | undefined) =>
  Object.keys(message?.data.parts ?? {});

describe('the stream of the page', () => {
  it('begins with what the page itself shows', async () => {
    const { hub, snapshot } = await open([sample(), sample({ name: 'b', status: 'unhealthy' })]);
    const page = await (await hub.app.request('/')).text();
    expect(snapshot?.event).toBe('snapshot');
    expect(page).toContain(snapshot?.data.main);
    expect(page).toContain(`data-asset="${snapshot?.data.asset}"`);
  });

  it('goes on with the elements that differ', async () => {
    const list = [sample({ name: 'a' }), sample({ name: 'b' }), sample({ name: 'c' })];
    const { clock, events } = await open(list);
    const next = events.next();
    list[1] = sample({ name: 'b', quotaRemaining: 12 });
    await clock.advance(1_000);
    const change = await next;
    const rows = partsOf(change).filter((id) => id.startsWith('row-'));
    expect(rows).toHaveLength(1);
    expect(change?.data.parts[String(rows[0])]).toContain('12 left of the quota');
    expect(change?.data.order).toBeUndefined();
    expect(JSON.stringify(change).length).toBeLessThan(6_000);
  });

  it('says in which order the rows are when that changes', async () => {
    const list = [sample({ name: 'a' }), sample({ name: 'b' })];
    const { clock, events } = await open(list);
    const next = events.next();
    list[1] = sample({ name: 'b', status: 'unhealthy' });
    list.push(sample({ name: 'c' }));
    await clock.advance(1_000);
    const change = await next;
    const names = change?.data.order.map((id: string) => Buffer.from(id.slice(4), 'base64url').toString());
    expect(names).toEqual(['["acme","b"]', '["acme","a"]', '["acme","c"]']);
    expect(partsOf(change)).toEqual(expect.arrayContaining(['title', 'icon', 'verdict', 'figures', 'count']));
  });

  it('begins anew when there is another page to show', async () => {
    const list: ReturnType<typeof sample>[] = [];
    const { clock, events, snapshot } = await open(list);
    expect(snapshot?.data.main).toContain('Nothing is registered yet');
    const next = events.next();
    list.push(sample());
    await clock.advance(1_000);
    const again = await next;
    expect([again?.event, again?.data.main.includes('id="rows"')]).toEqual(['snapshot', true]);
  });

  it('sends a page of the table and never more, whatever is registered', async () => {
    const list = Array.from({ length: 1_000 }, (_, index) => sample({ name: `n${index}` }));
    const { clock, events, snapshot } = await open(list, '?q=n9');
    expect(snapshot?.data.main.match(/<tr id="row-/g)).toHaveLength(100);
    const next = events.next();
    for (const [index, one] of list.entries()) list[index] = { ...one, stats: sampleStats(index + 1) };
    await clock.advance(1_000);
    const change = await next;
    expect(partsOf(change).filter((id) => id.startsWith('row-'))).toHaveLength(100);
    expect(JSON.stringify(change).length).toBeLessThan(200_000);
  });
});
