/** How a call ends: its options reach the operation, time and Ctrl-C end it, and all is closed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { folderWith, im } from '../__tests__/im.ts';
import { Interrupted } from '../index.ts';

const core = JSON.stringify(import.meta.resolve('@im/core'));
const testing = JSON.stringify(import.meta.resolve('@im/testing'));

/** An integration that waits for ever, one that tells what it was called with; a file says when it was closed. */
const project = () =>
  folderWith({
    'slow.mjs': `import { writeFileSync } from 'node:fs';
import { keyed, read } from ${core};
import { memory } from ${testing};
export const slow = { ...memory, id: 'slow', check: undefined, resilience: { retry: false }, connect: ({ onClose }) => {
  onClose(() => writeFileSync(new URL('closed', import.meta.url), ''));
  return {
    wait: read((call) => new Promise((_, reject) => {
      writeFileSync(new URL('begun', import.meta.url), '');
      call.signal.addEventListener('abort', () => reject(call.signal.reason));
    })),
    tell: keyed(async (first, second, call) => ({ first, second, key: call.idempotencyKey })),
  };
} };`,
    'integrations.yaml': 'integrations:\n  slow: { use: ./slow.mjs }\n',
  });

/** Waits for what another part of this process does, without any time. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

describe('a call', () => {
  it('hands on the key and the arguments', async () => {
    const ran = await im(['call', 'slow', 'tell', 'a', 'size=1', '--idempotency-key', 'order-7'], {
      cwd: project(),
    });
    expect(JSON.parse(ran.stdout)).toEqual({ first: 'a', second: { size: 1 }, key: 'order-7' });
  });

  it('ends by its time, which is 4, since it may be better later', async () => {
    const [cwd, clock] = [project(), createVirtualClock()];
    const running = im(['call', 'slow', 'wait', '--timeout', '2s', '--json'], { cwd, clock });
    await until(() => existsSync(join(cwd, 'begun')));
    await clock.advance(2_000);
    const { code, stderr } = await running;
    expect([code, JSON.parse(stderr).error.code]).toEqual([4, 'deadline_exceeded']);
    expect(existsSync(join(cwd, 'closed'))).toBe(true);
  });

  it('ends by Ctrl-C at once, and closes what it opened', async () => {
    const [cwd, clock, stop] = [project(), createVirtualClock(), new AbortController()];
    const running = im(['call', 'slow', 'wait'], { cwd, clock, signal: stop.signal });
    await until(() => existsSync(join(cwd, 'begun')));
    stop.abort(new Interrupted('SIGINT'));
    expect(await running).toEqual({ code: 130, stdout: '', stderr: '' });
    expect([existsSync(join(cwd, 'closed')), clock.pending]).toEqual([true, 0]);
  });
});
