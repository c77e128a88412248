/** One client's whole life, lived once: every sample in peace, then each kind of misfortune, with all that came out. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Canaries, shortestCanary } from '../canary.ts';
import type { Fault } from '../fake-server.ts';
import { checkedCanaries, secretValues } from './options.ts';
import { recordSpans } from './spans.ts';
import type { Suite } from './suite.ts';
import { notApplicable } from './types.ts';

/** What came out. */
export interface Life {
  /** The secrets of its options, and the credentials that its requests carried. */
  readonly canaries: Canaries;
  readonly errors: readonly (readonly [operation: string, error: unknown])[];
  readonly log: readonly unknown[];
  readonly console: readonly unknown[];
  /** Absent: another OpenTelemetry SDK is registered in this process. */
  readonly spans: readonly unknown[] | undefined;
  /** Paths with queries. */
  readonly targets: readonly string[];
}

/** Everything that can go wrong with one call. */
const misfortunes: readonly (readonly [fault: Fault, timeoutMs?: number])[] = [
  [{ kind: 'status', status: 400 }],
  [{ kind: 'status', status: 401 }],
  [{ kind: 'status', status: 500 }],
  [{ kind: 'status', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
  [{ kind: 'cut', when: 'after' }],
  [{ kind: 'cut', when: 'body' }],
  [{ kind: 'latency', delayMs: Number.POSITIVE_INFINITY }, 1_000],
];

const lives = new WeakMap<Suite, Promise<Life>>();

/** Lives it, or gives the life that was lived for an earlier case. */
export function lifeOf(suite: Suite): Promise<Life> {
  const life = lives.get(suite) ?? live(suite);
  lives.set(suite, life);
  return life;
}

async function live(suite: Suite): Promise<Life> {
  await using rig = await suite.open();
  const secrets = secretValues(suite, rig.options);
  if (Object.keys(secrets).length === 0) notApplicable('its options hold no secret');
  const canaries: Record<string, string> = { ...checkedCanaries(secrets) };
  const errors: [string, unknown][] = [];
  const targets: string[] = [];
  using heard = listenToConsole();
  using spans = recordSpans();

  const call = async (name: string, fault?: Fault, timeoutMs?: number) => {
    if (fault !== undefined) rig.fake?.inject({ fault, times: Number.POSITIVE_INFINITY });
    await rig.call(name, { limit: 1, timeoutMs }).catch((error: unknown) => errors.push([name, error]));
    for (const { target, requestHeaders } of rig.fake?.exchanges ?? []) {
      targets.push(target);
      addCredential(canaries, requestHeaders.authorization);
    }
    rig.fake?.forget();
  };
  for (const name of suite.names) await call(name);
  for (const effect of ['read', 'idempotent', 'keyed', 'unsafe'] as const) {
    const [name] = await suite.talking(effect);
    if (name === undefined) continue;
    for (const [fault, timeoutMs] of misfortunes) await call(name, echoing(fault, canaries), timeoutMs);
  }
  return { canaries, errors, log: rig.log, console: heard.told, spans: spans?.told, targets };
}

function addCredential(canaries: Record<string, string>, authorization: string | undefined): void {
  const credential = authorization?.replace(/^\S+ /, '') ?? '';
  const isKnown = credential.length < shortestCanary || Object.values(canaries).includes(credential);
  if (!isKnown) canaries[`credential ${Object.keys(canaries).length + 1}`] = credential;
}

/** A careless vendor quotes the credentials in its own error. */
function echoing(fault: Fault, canaries: Canaries): Fault {
  if (fault.kind !== 'status' || fault.status === 200) return fault;
  const says = `refused ${Object.values(canaries).join(' ')}`;
  const error = { status: fault.status, code: says, message: says };
  const body = JSON.stringify({ error, message: says, error_description: says });
  return { ...fault, headers: { 'content-type': 'application/json' }, body };
}

/** What is written to any console, by the channels on which Node tells of it. */
function listenToConsole(): Disposable & { readonly told: readonly unknown[] } {
  const told: unknown[] = [];
  const listen = (said: unknown) => void told.push(said);
  const channels = ['log', 'debug', 'info', 'warn', 'error'].map((level) => `console.${level}`);
  for (const channel of channels) subscribe(channel, listen);
  return {
    told,
    [Symbol.dispose]: () => {
      for (const channel of channels) unsubscribe(channel, listen);
    },
  };
}
