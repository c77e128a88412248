/** Asks servers whose certificates were made for the test: Node reads NODE_EXTRA_CA_CERTS only when it starts. */
import { mock } from 'node:test';
import { VendorError } from '@im/core';
import { z } from 'zod';
import { createHttp } from '../client.ts';
import { createTransport, type OwnTransport } from '../shared-transport.ts';
import type { LaneName } from '../transport.ts';
import { createCall, createContext, gather } from './support.ts';

/** One request of the test. */
export interface TlsAsk {
  readonly lane: LaneName | undefined;
  readonly url: string;
  readonly http2: boolean;
  readonly method: 'get' | 'post' | 'download';
  readonly proxy?: string | undefined;
  /** Ask it so often at the same time. */
  readonly times: number;
}

/** What came of one call. */
export interface TlsOutcome {
  readonly answer?: { readonly version: string; readonly connection: number } | undefined;
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
  readonly sent?: boolean | undefined;
  /** How often the call was told that bytes leave. */
  readonly marks: number;
  /** The reason of the abort came through as it is. */
  readonly isAborted: boolean;
}

const schema = z.object({ version: z.string(), connection: z.number() });
const enough = new Error('enough');
let transport: OwnTransport | undefined;
let abort = new AbortController();

async function askOnce({ lane, url, http2, method, proxy }: TlsAsk): Promise<TlsOutcome> {
  transport ??= createTransport();
  const { origin, pathname } = new URL(url);
  const http = createHttp(createContext({ transport }), { baseUrl: origin, lane, http2, proxy });
  const call = createCall({ signal: abort.signal });
  const work = async () => {
    if (method === 'get') return http.get(pathname, schema, call);
    if (method === 'post') return http.post(pathname, schema, call, { body: pieces() });
    await using download = await http.download(pathname, call);
    return schema.parse(JSON.parse((await gather(download.body)).toString()));
  };
  try {
    const answer = await work();
    return { answer, marks: call.sent(), isAborted: false };
  } catch (error) {
    if (!(error instanceof VendorError) && error !== enough) throw error;
    const { code, reason, sent } = error instanceof VendorError ? error.failure : {};
    return { code, reason, sent, marks: call.sent(), isAborted: error === enough };
  }
}

async function* pieces() {
  yield Buffer.from('{"a":');
  yield Buffer.from('1}');
}

/** What the test may tell this process to do. */
export type TlsCommand = keyof typeof commands;

const commands = {
  ask: (ask: TlsAsk) => Promise.all(Array.from({ length: ask.times }, () => askOnce(ask))),
  abort: async () => {
    abort.abort(enough);
    abort = new AbortController();
  },
  /** From now on, time-outs come when they are told to. */
  holdTime: async () => mock.timers.enable({ apis: ['setTimeout'] }),
  passTime: async () => {
    mock.timers.tick(60_000);
    mock.timers.reset();
  },
  dispose: async () => {
    await transport?.[Symbol.asyncDispose]();
    transport = undefined;
  },
  handles: async () => process.getActiveResourcesInfo().filter((name) => /TCP|TLS|HTTP2/i.test(name)),
} as const;

process.on('message', ({ id, command, ask }: { id: number; command: TlsCommand; ask: TlsAsk }) => {
  void commands[command](ask).then((value) => process.send?.({ id, value }));
});
process.send?.({ ready: true });
