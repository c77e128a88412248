/** Secrets go to the vendor and nowhere else. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRegistry, parseOptions } from '@im/core';
import { type Canaries, createCanary, findCanaries, shortestCanary } from '../canary.ts';
import type { Fault } from '../fake-server.ts';
import { checkedCanaries, readableOptions, secretValues, withSecrets } from './options.ts';
import { recordSpans } from './spans.ts';
import { plainResilience, type Rig, recordingLogger, type Suite } from './suite.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';
import { watchProcess } from './watch.ts';

/** Everything that can go wrong with one call. */
const misfortunes: readonly (readonly [fault: Fault, call: { readonly timeoutMs?: number }])[] = [
  [{ kind: 'status', status: 400 }, {}],
  [{ kind: 'status', status: 401 }, {}],
  [{ kind: 'status', status: 500 }, {}],
  [{ kind: 'status', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, {}],
  [{ kind: 'cut', when: 'after' }, {}],
  [{ kind: 'cut', when: 'body' }, {}],
  [{ kind: 'latency', delayMs: Number.POSITIVE_INFINITY }, { timeoutMs: 1_000 }],
];

/** The secrets of a client: those of its options, and the credentials that its requests carry. */
function canariesOf(suite: Suite, rig: Rig): Canaries {
  const canaries: Record<string, string> = { ...checkedCanaries(secretValues(suite, rig.options)) };
  for (const { requestHeaders } of rig.fake?.exchanges ?? []) {
    const credential = requestHeaders.authorization?.replace(/^\S+ /, '');
    if (credential !== undefined && credential.length >= shortestCanary)
      canaries['the authorization header'] = credential;
  }
  return canaries;
}

/** A client whose integration has secrets. */
async function openWithSecrets(suite: Suite): Promise<Rig> {
  const rig = await suite.open();
  if (Object.keys(secretValues(suite, rig.options)).length > 0) return rig;
  await rig.close();
  return notApplicable('its options hold no secret');
}

/** Makes every sample call once in peace, and one call of each effect under every misfortune. */
async function live(suite: Suite, rig: Rig, onError: (name: string, error: unknown) => void): Promise<void> {
  const calls = async (name: string, call: { readonly timeoutMs?: number } = {}) =>
    rig.call(name, { limit: 1, ...call }).catch((error: unknown) => onError(name, error));
  for (const name of suite.names) await calls(name);
  for (const effect of ['read', 'idempotent', 'keyed', 'unsafe'] as const) {
    const [name] = await suite.talking(effect);
    if (name === undefined) continue;
    for (const [fault, call] of misfortunes) {
      rig.fake?.inject({ fault: echoing(fault, rig), times: 3 });
      await calls(name, call);
    }
  }
}

/** A careless vendor quotes the credential in its own error. */
function echoing(fault: Fault, rig: Rig): Fault {
  if (fault.kind !== 'status' || fault.status === 200) return fault;
  const authorization = rig.fake?.exchanges.findLast(({ requestHeaders }) => requestHeaders.authorization)
    ?.requestHeaders.authorization;
  const says = `refused ${authorization ?? 'you'}`;
  return {
    ...fault,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      error: { status: fault.status, code: says, message: says },
      message: says,
      error_description: says,
    }),
  };
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
      await using rig = await openWithSecrets(suite);
      const errors: [string, unknown][] = [];
      await live(suite, rig, (name, error) => errors.push([name, error]));
      const problems = new Problems();
      const canaries = canariesOf(suite, rig);
      for (const [name, error] of errors) judge(`an error of ${name}`, error, canaries, problems);
      problems.report();
    },
  },
  {
    id: 'C-051',
    must: 'M-17',
    title: 'no log line and nothing written to the console shows a secret',
    run: async (suite) => {
      await using rig = await openWithSecrets(suite);
      const written: unknown[] = [];
      const listen = (said: unknown) => void written.push(said);
      const channels = ['log', 'debug', 'info', 'warn', 'error'].map((level) => `console.${level}`);
      for (const channel of channels) subscribe(channel, listen);
      try {
        await live(suite, rig, () => {});
      } finally {
        for (const channel of channels) unsubscribe(channel, listen);
      }
      const problems = new Problems();
      const canaries = canariesOf(suite, rig);
      judge('the log', rig.log, canaries, problems);
      judge('the console', written, canaries, problems);
      problems.report();
    },
  },
  {
    id: 'C-052',
    must: 'M-17',
    title: 'no span shows a secret',
    run: async (suite) => {
      await using rig = await openWithSecrets(suite);
      using spans = recordSpans();
      if (spans === undefined) notApplicable('another OpenTelemetry SDK is registered in this process');
      await live(suite, rig, () => {});
      const problems = new Problems();
      problems.expect(spans.told.length > 0, 'no span was recorded at all');
      judge('a span', spans.told, canariesOf(suite, rig), problems);
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
      const canaries = canariesOf(suite, rig);
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
      await rig.clock.until(registry[Symbol.asyncDispose]());
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
      await using rig = await openWithSecrets(suite);
      await live(suite, rig, () => {});
      const problems = new Problems();
      const canaries = canariesOf(suite, rig);
      for (const { target } of rig.fake?.exchanges ?? []) judge('an address', target, canaries, problems);
      problems.report();
    },
  },
];
