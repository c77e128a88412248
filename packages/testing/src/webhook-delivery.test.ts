import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from './clock.ts';
import { startFakeServer } from './start-fake-server.ts';
import { deliverWebhooks, type WebhookFaults, type WebhookPayload } from './webhook-delivery.ts';

const sign = (event: unknown, now: number): WebhookPayload => {
  const body = JSON.stringify(event);
  return {
    body,
    headers: { 'x-signature': createHmac('sha256', 'key').update(body).digest('hex'), 'x-time': String(now) },
  };
};

const delivered = async (faults: WebhookFaults) => {
  const seen: unknown[] = [];
  await deliverWebhooks(['a', 'b', 'c'], ({ body }) => seen.push(JSON.parse(String(body))), { sign, faults });
  return seen;
};

describe('webhook deliveries', () => {
  it.each<[string, WebhookFaults, readonly string[]]>([
    ['arrive as sent', {}, ['a', 'b', 'c']],
    ['arrive twice', { copies: 2 }, ['a', 'a', 'b', 'b', 'c', 'c']],
    ['arrive the last first', { order: 'reverse' }, ['c', 'b', 'a']],
    ['arrive in an order that is given', { order: [2, 1, 3] }, ['b', 'a', 'c']],
    ['are lost', { lost: [2] }, ['a', 'c']],
  ])('%s', async (_what, faults, expected) => {
    expect(await delivered(faults)).toEqual(expected);
  });

  it('refuse an order of events that there are not', async () => {
    await expect(delivered({ order: [4] })).rejects.toThrow('there is no event 4 among 3');
  });

  it('wait by the clock, and are signed at the time of delivery', async () => {
    const clock = createVirtualClock(0);
    const times: (string | undefined)[] = [];
    const receive = ({ headers }: WebhookPayload) => {
      times.push(headers['x-time']);
      return 200;
    };
    await clock.until(deliverWebhooks(['a', 'b'], receive, { sign, clock, faults: { delayMs: 1_000 } }));
    expect(times).toEqual(['1000', '2000']);
  });

  it('go to an address as they are, and tell the status of the answer', async () => {
    await using server = await startFakeServer({
      name: 'receiver',
      routes: { 'POST /hook': () => ({ status: 202 }) },
    });
    const result = await deliverWebhooks([{ id: 1 }], `${server.url}/hook`, { sign });
    expect(result).toEqual([{ event: 1, copy: 1, status: 202 }]);
    const [exchange] = server.exchanges;
    const body = new TextDecoder().decode(exchange?.requestBody);
    expect(exchange?.requestHeaders['x-signature']).toBe(
      createHmac('sha256', 'key').update(body).digest('hex'),
    );
  });

  it('stop when they are aborted', async () => {
    const reason = new Error('enough');
    const clock = createVirtualClock(0);
    const abort = new AbortController();
    const work = deliverWebhooks(['a'], () => 200, {
      sign,
      clock,
      signal: abort.signal,
      faults: { delayMs: 1_000 },
    });
    abort.abort(reason);
    await expect(work).rejects.toBe(reason);
  });
});
