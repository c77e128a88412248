/**
 * What `node:crypto`, WebCrypto and `node:zlib` have handed to Node's threads: signatures, digests, keys, compression. It ends by itself
 * and soon, so a virtual clock lets it; but unlike sockets and files, no list that Node gives names it.
 *
 * `async_hooks` shows each such job when it is made, and when its callback has run. Whether it goes to a thread at all is known
 * once it is begun: a job of a `…Sync` function is over then, any other has somebody to tell (`ondone`), or gives a promise.
 */
import { createHook } from 'node:async_hooks';

type Begin = (...args: unknown[]) => unknown;

/** What begins a job, by the kind of its resource, and whether it then goes to a thread. */
const kinds: readonly {
  readonly kind: RegExp;
  readonly begins: string;
  readonly goesToThread: (job: Readonly<Record<string, unknown>>, result: unknown) => boolean;
}[] = [
  {
    // `SIGNREQUEST`, `HASHREQUEST`, `KEYPAIRGENREQUEST`, …: each kind has a name of its own.
    kind: /^(?!FS|GETADDRINFO|GETNAMEINFO|QUERY|HTTP).+REQUEST$/,
    begins: 'run',
    goesToThread: ({ ondone }, result) => ondone !== undefined || result instanceof Promise,
  },
  // One resource for a whole stream; what is done at once has a method of another name.
  { kind: /^ZLIB$/, begins: 'write', goesToThread: () => true },
];

/** How many of a resource's jobs are in threads, by its id: a stream begins the next one while the callback of the last one runs. */
const pending = new Map<number, number>();

const hook = createHook({
  trackPromises: false,
  init(id, kind, _trigger, resource) {
    const known = kinds.find((each) => each.kind.test(kind));
    if (known === undefined) return;
    const job = resource as Record<string, unknown>;
    const begin = job[known.begins];
    if (typeof begin !== 'function') return;
    job[known.begins] = (...args: unknown[]) => {
      const result = (begin as Begin).apply(job, args);
      if (known.goesToThread(job, result)) pending.set(id, (pending.get(id) ?? 0) + 1);
      return result;
    };
  },
  after(id) {
    const jobs = pending.get(id);
    if (jobs === undefined) return;
    if (jobs > 1) pending.set(id, jobs - 1);
    else pending.delete(id);
  },
});

/** Begins to watch, for as long as the process lives. */
export function watchJobs(): void {
  hook.enable();
}

/** Whether a job is underway. */
export function jobsPending(): boolean {
  return pending.size > 0;
}
