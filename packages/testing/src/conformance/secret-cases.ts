/** Secrets go to the vendor and nowhere else. */
import { createRegistry, parseOptions } from '@im/core';
import { type Canaries, createCanary, findCanaries } from '../canary.ts';
import { lifeOf } from './life.ts';
import { checkedCanaries, readableOptions, secretValues, withSecrets } from './options.ts';
import type { Rig } from './rig.ts';
import { plainResilience, recordingLogger, type Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';
import { watchProcess } from './watch.ts';

/** A client whose integration has secrets. */
async function openWithSecrets(suite: Suite): Promise<Rig> {
  const rig = await suite.open();
  if (Object.keys(secretValues(suite, rig.options)).length > 0) return rig;
  await rig.close();
  return notApplicable('its options hold no secret');
}

function judge(where: string, value: unknown, canaries: Canaries, problems: Problems): void {
  for (const { canary, encoding } of findCanaries(value, canaries))
    problems.add(`${where} shows ${canary} (${encoding})`);
}

export const secretCases: readonly ConformanceCase[] = [
  {
    id: 'C-050',
    must: 'M-17',
    title: 'no error shows a secret, whatever went wrong, even when the vendor quotes it',
    run: async (suite) => {
      const { errors, canaries } = await lifeOf(suite);
      const problems = new Problems();
      for (const [name, error] of errors) judge(`an error of ${name}`, error, canaries, problems);
      problems.report();
    },
  },
  {
    id: 'C-051',
    must: 'M-17',
    title: 'no log line and nothing written to the console shows a secret',
    run: async (suite) => {
      const life = await lifeOf(suite);
      const problems = new Problems();
      judge('the log', life.log, life.canaries, problems);
      judge('the console', life.console, life.canaries, problems);
      problems.report();
    },
  },
  {
    id: 'C-052',
    must: 'M-17',
    title: 'no span shows a secret',
    run: async (suite) => {
      const { spans, canaries } = await lifeOf(suite);
      if (spans === undefined) notApplicable('another OpenTelemetry SDK is registered in this process');
      const problems = new Problems();
      problems.expect(spans.length > 0, 'no span was recorded at all');
      judge('a span', spans, canaries, problems);
      problems.report();
    },
  },
  {
    id: 'C-053',
    must: 'M-17',
    title: 'neither the client nor its checked options print a secret',
    run: async (suite) => {
      await using rig = await openWithSecrets(suite);
      const problems = new Problems();
      const canaries = checkedCanaries(secretValues(suite, rig.options));
      judge('the client', rig.client, canaries, problems);
      judge('the checked options', parseOptions(suite.definition, rig.options), canaries, problems);
      problems.report();
    },
  },
  {
    id: 'C-054',
    must: 'M-17',
    title:
      'status, events and log of the registry show no secret, even of an integration that does not start',
    run: async (suite) => {
      await using rig = await openWithSecrets(suite);
      const planted = withSecrets(suite, rig.options, createCanary);
      const canaries = secretValues(suite, planted);
      const said: unknown[] = [];
      const registry = createRegistry({
        clock: rig.clock,
        random: () => 0.5,
        logger: recordingLogger(said),
        health: { checkIntervalMs: 0 },
      });
      registry.on((event) => void said.push(event));
      registry.register(suite.definition, {
        name: 'planted',
        options: planted as never,
        resilience: { ...plainResilience, retry: false },
      });
      said.push(await rig.clock.until(registry.enableAll()));
      said.push(registry.list(), registry.status({ name: 'planted' }), registry);
      await rig.clock.until(Promise.resolve(registry[Symbol.asyncDispose]()));
      const problems = new Problems();
      judge('the registry', said, canaries, problems);
      problems.report();
    },
  },
  {
    id: 'C-055',
    must: 'M-17',
    title: 'options that are refused are named, and no value of them is shown',
    run: async (suite) => {
      const options = await readableOptions(suite);
      const names = Object.keys(secretValues(suite, options));
      if (names.length === 0) notApplicable('its options hold no secret');
      const problems = new Problems();
      const [first = ''] = (names[0] ?? '').replace(/^options\./, '').split('.');
      const canary = createCanary('a refused option');
      const refused = [
        { ...options, [`${first}x`]: canary },
        { ...options, [first]: [canary] },
        { ...options, [first]: { value: canary } },
      ];
      for (const broken of refused) {
        try {
          parseOptions(suite.definition, broken);
          problems.add(`broken options were accepted (${first})`);
        } catch (error) {
          judge('the error', error, { 'a refused option': canary }, problems);
        }
      }
      problems.report();
    },
  },
  {
    id: 'C-056',
    must: 'M-18',
    title: 'it connects to the service that its options name, and to nothing else',
    run: async (suite) => {
      if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
      using watch = watchProcess();
      await using rig = await suite.open();
      await watch.run(async () => {
        for (const name of suite.names) await rig.call(name, { limit: 1 }).catch(() => undefined);
      });
      const problems = new Problems();
      const port = Number(new URL(rig.fake?.url ?? 'http://127.0.0.1').port);
      for (const { address, port: to } of [...watch.connections(), ...rig.watch.connections()]) {
        problems.expect(
          to === port && /^(127\.0\.0\.1|::1)$/.test(address),
          `it connected to ${address}:${to}`,
        );
      }
      for (const host of [...watch.lookups(), ...rig.watch.lookups()])
        problems.expect(host === 'localhost', `it looked up ${host}`);
      problems.report();
    },
  },
  {
    id: 'C-057',
    must: 'M-17',
    title: 'credentials stand in headers or bodies, never in an address',
    run: async (suite) => {
      if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
      const { targets, canaries } = await lifeOf(suite);
      const problems = new Problems();
      for (const target of new Set(targets)) judge('an address', target, canaries, problems);
      problems.report();
    },
  },
];
