import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { collector } from '../__tests__/im.ts';
import { Interrupted, unavailable } from '../failure.ts';
import type { HubIntegration } from '../hub.ts';
import { createScreen } from './screen.ts';
import { watchScreen } from './watch.ts';

const one = (name: string, status: HubIntegration['status'], says = ''): HubIntegration => ({
  name,
  tenant: 'acme',
  provider: 'p',
  title: 'P',
  category: 'example',
  required: false,
  status,
  reasons: says === '' ? [] : [{ kind: 'check_failed', says, since: 0 }],
  since: 0,
  breaker: 'closed',
  inFlight: 0,
  queued: 0,
  forecasts: [],
  stats: {
    calls: 20,
    failures: 1,
    failuresByCode: {},
    attempts: 20,
    retries: 0,
    waits: 0,
    waitedMs: 0,
    operations: {},
  },
});

/** A terminal of so many rows and columns, with a watch running on it. */
function watch(list: () => readonly HubIntegration[], { columns = 120, rows = 10 } = {}) {
  const terminal = new EventEmitter();
  const stdout = Object.assign(terminal, collector({ isTTY: true }), { columns, rows });
  const raw: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => raw.push(on) });
  const stop = new AbortController();
  const clock = createVirtualClock();
  const io = { stdin, stdout, stderr: collector(), env: {}, cwd: '/', clock, signal: stop.signal };
  const screen = createScreen(io, { json: false, color: false });
  const ended = watchScreen({ io, screen, everyMs: 1_000, title: 'the hub', look: async () => list() });
  const outcome = ended.then(
    () => 'quit',
    (error: unknown) => error,
  );
  /** The picture as it stands: what was written since the cursor last went home. */
  const picture = () =>
    (stdout.text.split('\x1b[H').at(-1) ?? '')
      .replaceAll('\x1b[K', '')
      .replaceAll('\x1b[J', '')
      .split('\r\n');
  return { stdout, stdin, raw, stop, clock, outcome, picture };
}

describe('a watch on a terminal', () => {
  it('draws what is worst first, and again after each pause', async () => {
    let list = [one('good', 'healthy'), one('bad', 'unhealthy', 'no answer')];
    const { clock, picture, stdin, outcome, stdout } = watch(() => list);
    await clock.advance(0);
    expect(picture()[0]).toMatch(/^the hub {2}\d\d:\d\d:\d\d UTC$/);
    expect(picture()[2]).toMatch(/^● {2}bad +acme +unhealthy .* 1 \(5\.0 %\) .*no answer$/);
    expect(picture()[3]).toMatch(/^● {2}good +acme +healthy /);
    expect(picture().at(-1)).toBe('1 unhealthy, 1 healthy  q quits');
    list = [one('good', 'healthy')];
    await clock.advance(999);
    expect(picture()).toHaveLength(6);
    await clock.advance(1);
    expect(picture().at(-1)).toBe('1 healthy  q quits');
    stdin.write('q');
    expect(await outcome).toBe('quit');
    expect(stdout.text.startsWith('\x1b[?1049h\x1b[?25l')).toBe(true);
    expect(stdout.text.endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
  });

  it('fits the terminal, also when that changes its size', async () => {
    const many = Array.from({ length: 50 }, (_, index) =>
      one(`integration-of-a-long-name-${index}`, 'healthy'),
    );
    const { clock, picture, stdin, stdout, outcome } = watch(() => many);
    await clock.advance(0);
    expect(picture()).toHaveLength(10);
    expect(picture()).toContain('… and 45 more');
    Object.assign(stdout, { columns: 40, rows: 6 });
    stdout.emit('resize');
    expect(picture()).toHaveLength(6);
    for (const line of picture()) expect(line.length).toBeLessThanOrEqual(40);
    stdin.write('q');
    await outcome;
    expect(stdout.listenerCount('resize')).toBe(0);
  });

  it('goes on when a look fails, and says why', async () => {
    let fails = true;
    const { clock, picture, stdin, outcome } = watch(() => {
      if (fails) throw unavailable('the hub cannot be reached', 'start it');
      return [one('good', 'healthy')];
    });
    await clock.advance(0);
    expect(picture().at(-1)).toBe('✗ the hub cannot be reached');
    fails = false;
    await clock.advance(1_000);
    expect(picture().at(-1)).toBe('1 healthy  q quits');
    stdin.write('q');
    await outcome;
  });

  it('ends by Ctrl-C, which comes as a key, and by a signal; the terminal is as before', async () => {
    const byKey = watch(() => []);
    await byKey.clock.advance(0);
    byKey.stdin.write('\x03');
    expect(await byKey.outcome).toBeInstanceOf(Interrupted);
    const bySignal = watch(() => []);
    await bySignal.clock.advance(0);
    bySignal.stop.abort(new Interrupted('SIGTERM'));
    expect(await bySignal.outcome).toMatchObject({ signalName: 'SIGTERM' });
    for (const { raw, stdout, stdin, clock } of [byKey, bySignal]) {
      expect(raw).toEqual([true, false]);
      expect(stdout.text.endsWith('\x1b[?25h\x1b[?1049l')).toBe(true);
      expect(stdin.listenerCount('data')).toBe(0);
      expect(clock.pending).toBe(0);
    }
  });
});
