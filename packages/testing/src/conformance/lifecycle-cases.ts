/** The check, closing, and what is left behind. */
import { isDeepStrictEqual } from 'node:util';
import { errorCode } from '@im/core';
import type { Rig } from './rig.ts';
import { settle } from './settle.ts';
import type { Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';

/** Runs the definition's check through a client's own operations. */
function check(suite: Suite, rig: Rig): Promise<unknown> {
  const run = suite.definition.check ?? notApplicable('it has no check');
  return rig.clock.until(
    rig.watch.run(async () => run(rig.client as never, { signal: new AbortController().signal })),
  );
}

/** What every read answers now. */
async function allReads(suite: Suite, rig: Rig): Promise<unknown> {
  const answers: unknown[] = [];
  for (const name of suite.names) {
    if (suite.effect(name) === 'read')
      answers.push(factsOf(await rig.call(name, { limit: 50 }).catch((error: unknown) => errorCode(error))));
  }
  return answers;
}

/** An answer without its methods, which are others each time. */
function factsOf(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(factsOf);
  if (typeof answer !== 'object' || answer === null) return answer;
  if (Object.getPrototypeOf(answer) !== Object.prototype) return answer;
  const facts = Object.entries(answer).filter(([, value]) => typeof value !== 'function');
  return Object.fromEntries(facts.map(([name, value]) => [name, factsOf(value)]));
}

export const lifecycleCases: readonly ConformanceCase[] = [
  {
    id: 'C-060',
    must: 'M-19',
    title: 'the check resolves while the service is well',
    run: async (suite) => {
      await using rig = await suite.open({ warm: false });
      await check(suite, rig);
    },
  },
  {
    id: 'C-061',
    must: 'M-19',
    title: 'the check rejects while the service is down',
    run: async (suite) => {
      if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
      await using rig = await suite.open({ resilience: { retry: false } });
      rig.fake?.inject({ fault: { kind: 'status', status: 503 }, times: Number.POSITIVE_INFINITY });
      const healthy = await check(suite, rig).then(
        () => true,
        () => false,
      );
      if (healthy) throw new Error('the check resolved although every request was answered with 503');
    },
  },
  {
    id: 'C-062',
    must: 'M-19',
    title: 'the check changes nothing',
    run: async (suite) => {
      await using rig = await suite.open();
      const before = await allReads(suite, rig);
      rig.fake?.forget();
      await check(suite, rig);
      const methods = new Set(rig.fake?.exchanges.map(({ method }) => method));
      for (const method of ['PUT', 'PATCH', 'DELETE'])
        if (methods.has(method)) throw new Error(`the check sent ${method}`);
      if (!isDeepStrictEqual(await allReads(suite, rig), before))
        throw new Error('reads answer otherwise after the check');
    },
  },
  {
    id: 'C-063',
    must: 'M-20',
    title: 'closed, it holds no connection in use and no timer',
    run: async (suite) => {
      const before = socketsHeld();
      const rig = await suite.open();
      const problems = new Problems();
      try {
        for (const name of suite.names) await rig.call(name, { limit: 1 }).catch(() => undefined);
        await rig.closeClient();
        await settle();
        const { pending } = rig.clock;
        problems.expect(pending === 0, `${pending} timers of the clock are pending`);
        problems.expect(rig.watch.timers() === 0, `${rig.watch.timers()} timers of the system are pending`);
        problems.expect(socketsHeld() <= before, `${socketsHeld() - before} connections keep the process`);
      } finally {
        await rig.close();
      }
      problems.report();
    },
  },
  {
    id: 'C-064',
    must: 'M-20',
    title: 'closed, it refuses calls and sends nothing',
    run: async (suite) => {
      const rig = await suite.open();
      const problems = new Problems();
      try {
        await rig.closeClient();
        rig.fake?.forget();
        for (const name of suite.names) {
          const outcome = await rig.call(name).then(() => 'success', errorCode);
          problems.expect(outcome === 'unavailable', `${name}: ${outcome}`);
        }
        problems.expect((rig.fake?.exchanges.length ?? 0) === 0, 'something was sent');
      } finally {
        await rig.close();
      }
      problems.report();
    },
  },
  {
    id: 'C-065',
    must: 'M-22',
    title: 'it leaves the globals of the process as they were',
    run: async (suite) => {
      const changed = await suite.changedGlobals();
      if (changed.length > 0) throw new Error(`it changed ${changed.join(', ')}`);
    },
  },
];

/** Sockets that keep the process alive; idle ones of a shared pool do not. */
function socketsHeld(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}
