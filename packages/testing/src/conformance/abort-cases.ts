/** An abort ends a call at once, wherever it stands, with the reason that the caller gave. */
import type { Fault } from '../fake-server.ts';
import type { Rig } from './rig.ts';
import { settle } from './settle.ts';
import type { Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

const never: Fault = { kind: 'latency', delayMs: Number.POSITIVE_INFINITY };

/** The first operation that talks, reads preferred: they are repeated, so that they have every kind of wait. */
async function talkingRead(suite: Suite): Promise<string> {
  if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
  const [name] = await suite.talking('read');
  return name ?? notApplicable('it has no read that talks to the fake');
}

/** Aborts a call and says whether it ended at once, with the reason, and with its request. */
async function abortNow(
  rig: Rig,
  call: Promise<unknown>,
  abort: AbortController,
  problems: Problems,
): Promise<void> {
  const reason = new Error('the caller has changed its mind');
  let thrown: unknown;
  let ended = false;
  call.then(
    () => {
      ended = true;
    },
    (error: unknown) => {
      ended = true;
      thrown = error;
    },
  );
  const before = rig.clock.now();
  abort.abort(reason);
  await rig
    .wait(() => ended, 'the end of the aborted call')
    .catch((error: Error) => problems.add(error.message));
  problems.expect(!ended || thrown === reason, `it threw ${String(thrown)}, not the signal's own reason`);
  problems.expect(rig.clock.now() === before, 'it needed time to end');
}

export const abortCases: readonly ConformanceCase[] = [
  {
    id: 'C-020',
    must: 'M-10',
    title: 'a call whose signal is aborted already throws the reason and sends nothing',
    run: async (suite) => {
      const problems = new Problems();
      await using rig = await suite.open();
      const reason = new Error('never wanted');
      for (const name of suite.names) {
        const thrown = await rig
          .failure(name, { signal: AbortSignal.abort(reason) })
          .catch((error: unknown) => error);
        problems.expect(
          thrown === reason,
          `${name}: it threw ${String(thrown)}, not the signal's own reason`,
        );
      }
      await settle();
      problems.expect((rig.fake?.exchanges.length ?? 0) === 0, 'something was sent');
      problems.report();
    },
  },
  {
    id: 'C-021',
    must: 'M-10',
    title: 'an abort while the vendor is silent ends the call and tears the request down',
    run: async (suite) => {
      await talkingRead(suite);
      const problems = new Problems();
      await using rig = await suite.open();
      for (const name of await suite.talking('read', 'idempotent', 'keyed', 'unsafe')) {
        rig.fake?.forget();
        rig.fake?.inject({ fault: never });
        const abort = new AbortController();
        const call = rig.start(name, { signal: abort.signal });
        await rig.wait(() => rig.fake?.exchanges.at(-1)?.fault === 'latency', `${name}: the request`);
        const own = new Problems();
        await abortNow(rig, call, abort, own);
        await rig
          .wait(() => rig.fake?.exchanges.at(-1)?.aborted === true, 'the end of the request')
          .catch((error: Error) => own.add(error.message));
        for (const line of own.lines) problems.add(`${name}: ${line}`);
        // Each failure costs a second: one is enough.
        if (own.lines.length > 0) break;
      }
      problems.report();
    },
  },
  {
    id: 'C-022',
    must: 'M-10',
    title: 'an abort in the middle of the answer’s body ends the call and tears the request down',
    run: async (suite) => {
      const name = await talkingRead(suite);
      const problems = new Problems();
      await using rig = await suite.open();
      rig.fake?.inject({ fault: { kind: 'slow-body', chunkBytes: 1, delayMs: 10_000 } });
      const abort = new AbortController();
      const call = rig.start(name, { signal: abort.signal });
      await rig.wait(() => rig.fake?.exchanges.at(-1)?.status !== undefined, 'the head of the answer');
      await settle();
      await abortNow(rig, call, abort, problems);
      await rig
        .wait(() => rig.fake?.exchanges.at(-1)?.aborted === true, 'the end of the request')
        .catch((error: Error) => problems.add(error.message));
      problems.report();
    },
  },
  {
    id: 'C-023',
    must: 'M-10',
    title: 'an abort while it waits to try again ends the call, and nothing more is sent',
    run: async (suite) => {
      const name = await talkingRead(suite);
      const problems = new Problems();
      await using rig = await suite.open();
      rig.fake?.inject({ fault: { kind: 'status', status: 503 }, times: Number.POSITIVE_INFINITY });
      const abort = new AbortController();
      const call = rig.start(name, { signal: abort.signal });
      await rig.wait(() => rig.fake?.exchanges.at(-1)?.status === 503, 'the first answer');
      await settle();
      const sent = rig.fake?.exchanges.length;
      await abortNow(rig, call, abort, problems);
      await rig.clock.advance(60_000);
      problems.expect(rig.fake?.exchanges.length === sent, 'it sent another request after the abort');
      problems.report();
    },
  },
];
