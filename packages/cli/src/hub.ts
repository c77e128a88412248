/** A running hub, asked over its HTTP API. */
import type { IntegrationStatus } from '@im/core';
import { z } from 'zod';
import type { OptionValues } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandError, unavailable, usageError } from './failure.ts';
import type { Io } from './io.ts';
import type { hubOptions } from './options.ts';
import { eventsOf, type ServerEvent } from './server-events.ts';

/** What commands that ask a hub were given. */
export type HubOptions = OptionValues<typeof hubOptions>;

/** One integration as the hub tells of it: a status of core, and where it runs. */
export type HubIntegration = IntegrationStatus & { readonly note?: string | undefined };

/** A hub. Everything throws {@link CommandError} when it cannot be reached or refuses, and the signal's reason. */
export interface Hub {
  readonly url: string;
  /** Every integration that the key lets see. */
  list(signal?: AbortSignal): Promise<readonly HubIntegration[]>;
  /** What happens, from now on, until the hub ends it. */
  events(query: URLSearchParams, lastId?: string): AsyncIterable<ServerEvent>;
}

/** Milliseconds that a hub may take to answer. */
const answerMs = 10_000;

/** The hub that was named by an option or the environment; `undefined` when none was. */
export function namedHub(options: HubOptions, io: Io): Hub | undefined {
  const address = options.hub ?? io.env.IM_HUB;
  if (address === undefined || address === '') return undefined;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw usageError(
      `${JSON.stringify(address)} is no address of a hub`,
      'write it as in http://127.0.0.1:8080',
    );
  if (url.username !== '' || url.password !== '')
    throw usageError('the address of the hub holds a credential', 'give the key as IM_HUB_KEY');
  const key = options.key ?? io.env.IM_HUB_KEY;
  return connect(url.href.replace(/\/$/, ''), key === '' ? undefined : key, io);
}

function connect(url: string, key: string | undefined, io: Io): Hub {
  const get = async (
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> => {
    const authorization = key === undefined ? {} : { authorization: `Bearer ${key}` };
    let response: Response;
    try {
      // A redirect would take the key elsewhere.
      response = await fetch(`${url}${path}`, {
        headers: { ...authorization, ...headers },
        signal,
        redirect: 'error',
      });
    } catch (cause) {
      io.signal.throwIfAborted();
      throw unavailable(
        `the hub at ${url} cannot be reached: ${reasonOf(cause)}`,
        'start it (im serve), or correct --hub',
        cause,
      );
    }
    if (response.ok) return response;
    throw await refusal(url, path, response, key !== undefined);
  };

  return {
    url,
    list: async (signal = io.signal) => {
      const all: HubIntegration[] = [];
      let after: string | undefined;
      do {
        const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
        const path = `/integrations/status${query}`;
        const page = await inTime(io, signal, async (within) => {
          const response = await get(path, { accept: 'application/json' }, within);
          return (await response.json().catch(() => undefined)) as
            | { readonly next?: string; readonly integrations?: readonly HubIntegration[] }
            | undefined;
        });
        if (!Array.isArray(page?.integrations))
          throw unavailable(`${url} answers, but not as a hub does`, 'correct --hub');
        all.push(...page.integrations);
        after = page.next;
      } while (after !== undefined);
      return all;
    },
    events: async function* (query, lastId) {
      const path = `/integrations/events${query.size === 0 ? '' : `?${query}`}`;
      const headers = {
        accept: 'text/event-stream',
        ...(lastId === undefined ? {} : { 'last-event-id': lastId }),
      };
      const { body } = await get(path, headers, io.signal);
      if (body !== null) yield* eventsOf(body);
    },
  };
}

async function inTime<Value>(
  { clock }: Io,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const late = new AbortController();
  const cancel = clock.schedule(answerMs, () =>
    late.abort(new Error(`no answer within ${answerMs / 1_000} s`)),
  );
  try {
    return await ask(AbortSignal.any([signal, late.signal]));
  } finally {
    cancel();
  }
}

const eventSchema = z.object({
  at: z.number(),
  name: z.string(),
  tenant: z.string(),
  provider: z.string(),
  kind: z.string(),
  says: z.string(),
});
const messageSchema = z.object({ events: z.array(eventSchema) });

/** Something that happened at a hub. */
export type HubEvent = z.output<typeof eventSchema>;

/** What a message of the stream says has happened, oldest first. A message of another kind says nothing. */
export function happenings({ data }: ServerEvent): readonly HubEvent[] {
  try {
    return messageSchema.safeParse(JSON.parse(data)).data?.events ?? [];
  } catch {
    return [];
  }
}

async function refusal(
  url: string,
  path: string,
  response: Response,
  hasKey: boolean,
): Promise<CommandError> {
  const { status } = response;
  const body = (await response.json().catch(() => ({}))) as {
    readonly title?: string;
    readonly detail?: string;
  };
  const says = `the hub at ${url} answers ${status} to ${path.split('?', 1)[0]}: ${body.detail ?? body.title ?? 'no reason given'}`;
  const fields = (code: string, remedy: string) => ({ code, exitCode: exitCodes.wrong, remedy });
  if (status === 401)
    return new CommandError(
      says,
      fields('unauthenticated', hasKey ? 'use a key that holds' : 'set IM_HUB_KEY'),
    );
  if (status === 403)
    return new CommandError(says, fields('permission_denied', 'use a key with the permission'));
  if (status === 404)
    return new CommandError(says, fields('not_found', 'use a hub of this version, or correct --hub'));
  return unavailable(says, 'look into the log of the hub');
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : undefined;
  return code ?? (inner instanceof Error ? inner.message : 'unknown error');
}
