import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { readEvents } from '../__fixtures__/events.ts';
import { eventStream, type Message } from './event-stream.ts';

/** Messages that a test gives one by one, and what became of them. */
function source() {
  const given: ((result: IteratorResult<Message, void>) => void)[] = [];
  const state = { asked: 0, returned: 0, ended: 0 };
  const messages: AsyncIterator<Message, void> = {
    next: () => {
      state.asked += 1;
      return new Promise((resolve) => given.push(resolve));
    },
    return: async () => {
      state.returned += 1;
      return { done: true, value: undefined };
    },
  };
  const give = (data: unknown) =>
    given.shift()?.({ done: false, value: { event: 'change', id: 'e-1', data } });
  const finish = () => given.shift()?.({ done: true, value: undefined });
  const onEnd = () => {
    state.ended += 1;
  };
  return { state, messages, give, finish, onEnd };
}

describe('a stream of events', () => {
  it('sends a message as one line of JSON with its id', async () => {
    const clock = createVirtualClock();
    const { messages, give } = source();
    const reader = eventStream(messages, { clock, retryMs: 1_234 }).getReader();
    const text = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await text()).toBe('retry: 1234\n\n');
    const next = text();
    give({ says: 'two\nlines' });
    expect(await next).toBe('event: change\nid: e-1\ndata: {"says":"two\\nlines"}\n\n');
  });

  it('beats while there is nothing to say, and loses no message over it', async () => {
    const clock = createVirtualClock();
    const { messages, give, state } = source();
    const events = readEvents(eventStream(messages, { clock, heartbeatMs: 5_000 }));
    const next = events.next();
    await clock.advance(16_000);
    give('late');
    expect((await next)?.data).toBe('late');
    expect(events.comments.filter((one) => one.startsWith(':'))).toHaveLength(3);
    expect(state.asked).toBe(1);
  });

  it('asks for a message only when the one before was taken', async () => {
    const clock = createVirtualClock();
    const { messages, give, state } = source();
    const events = readEvents(eventStream(messages, { clock }));
    const first = events.next();
    await clock.advance(0);
    give(1);
    await first;
    await clock.advance(0);
    expect(state.asked).toBe(1);
    const second = events.next();
    await clock.advance(0);
    expect(state.asked).toBe(2);
    give(2);
    expect((await second)?.data).toBe(2);
  });

  it('cuts a reader off that leaves a message untaken', async () => {
    const clock = createVirtualClock();
    const { messages, give, state, onEnd } = source();
    const events = readEvents(eventStream(messages, { clock, slowMs: 10_000, onEnd }));
    const first = events.next();
    await clock.advance(0);
    give(1);
    await first;
    await clock.advance(10_001);
    expect(state).toMatchObject({ returned: 1, ended: 1 });
    await expect(events.next()).rejects.toThrow('too slow');
  });

  it('ends after its time, when the messages end, and when the reader leaves: each time once', async () => {
    const clock = createVirtualClock();
    const over = source();
    const long = readEvents(eventStream(over.messages, { clock, mostMs: 20_000, onEnd: over.onEnd }));
    const none = long.next();
    await clock.advance(21_000);
    expect(await none).toBeUndefined();

    const done = source();
    const short = readEvents(eventStream(done.messages, { clock, onEnd: done.onEnd }));
    const last = short.next();
    await clock.advance(0);
    done.finish();
    expect(await last).toBeUndefined();

    const left = source();
    const gone = readEvents(eventStream(left.messages, { clock, onEnd: left.onEnd }));
    void gone.next();
    await clock.advance(0);
    await gone.leave();
    await clock.advance(60_000);
    for (const { state } of [over, done, left]) expect(state).toMatchObject({ returned: 1, ended: 1 });
    expect(clock.pending).toBe(0);
  });
});
