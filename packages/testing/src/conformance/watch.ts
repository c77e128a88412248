/**
 * Sees what code does to the process, whatever library it does it with: every connection, name lookup and timer that is
 * begun by a function, or by anything that follows from it. It reads along (`async_hooks`) and replaces nothing.
 */
import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/** Where a connection went. */
export interface SeenConnection {
  readonly address: string;
  readonly port: number | undefined;
}

/** What was seen so far. */
export interface Watch extends Disposable {
  /** Runs `body` so that it, and what follows from it, is seen. */
  run<Result>(body: () => Result): Result;
  connections(): readonly SeenConnection[];
  /** Host names that were looked up. */
  lookups(): readonly string[];
  /** Kinds of everything that reaches out of JavaScript, timers of the system included. */
  kinds(): readonly string[];
  /** Timers of the system that are still waiting and hold the process. */
  timers(): number;
}

/** What reaches out of the program. */
const outward =
  /^(TCPCONNECTWRAP|PIPECONNECTWRAP|UDPSENDWRAP|GETADDRINFOREQWRAP|QUERYWRAP|FSREQ|PROCESSWRAP|WORKER|Timeout|TCPSERVERWRAP)/;

interface Seen {
  readonly kind: string;
  readonly resource: Readonly<Record<string, unknown>>;
}

const scope = new AsyncLocalStorage<Seen[]>();
let watchers = 0;
const hook = createHook({
  trackPromises: false,
  init(_id, kind, _trigger, resource) {
    if (outward.test(kind)) scope.getStore()?.push({ kind, resource: resource as Seen['resource'] });
  },
});

/** Begins to watch; dispose it to end. */
export function watchProcess(): Watch {
  const seen: Seen[] = [];
  let ended = false;
  watchers += 1;
  if (watchers === 1) hook.enable();
  const of = (kind: string) => seen.filter((each) => each.kind === kind).map(({ resource }) => resource);
  return {
    run: (body) => scope.run(seen, body),
    connections: () =>
      of('TCPCONNECTWRAP').map(({ address, port }) => ({
        address: String(address),
        port: typeof port === 'number' ? port : undefined,
      })),
    lookups: () => of('GETADDRINFOREQWRAP').map(({ hostname }) => String(hostname)),
    kinds: () => seen.map(({ kind }) => kind),
    timers: () => of('Timeout').filter((timer) => isWaiting(timer as unknown as NodeJS.Timeout)).length,
    [Symbol.dispose]: () => {
      if (ended) return;
      ended = true;
      watchers -= 1;
      if (watchers === 0) hook.disable();
    },
  };
}

function isWaiting(timer: NodeJS.Timeout & { readonly _destroyed?: boolean }): boolean {
  return timer._destroyed === false && timer.hasRef();
}
