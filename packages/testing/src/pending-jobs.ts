/**
 * What `node:crypto` and WebCrypto have handed to Node's threads: signatures, digests, keys. It ends by itself and soon, so a virtual
 * clock lets it; but unlike sockets and files, no list that Node gives names it.
 *
 * `async_hooks` shows each such job when it is made, and when its callback has run. Whether it goes to a thread at all is known
 * once it runs: a job of a `…Sync` function is over then, any other has somebody to tell (`ondone`), or gives a promise.
 */
import { createHook } from 'node:async_hooks';

/** `SIGNREQUEST`, `HASHREQUEST`, `KEYPAIRGENREQUEST`, …: each kind of job has a name of its own. */
const jobKind = /^(?!FS|GETADDRINFO|GETNAMEINFO|QUERY|HTTP).+REQUEST$/;

interface Job {
  run?: (...args: unknown[]) => unknown;
  readonly ondone?: unknown;
}

/** Jobs in threads, by the id of their resource. */
const pending = new Set<number>();

const hook = createHook({
  trackPromises: false,
  init(id, kind, _trigger, resource) {
    if (!jobKind.test(kind)) return;
    const job: Job = resource;
    const { run } = job;
    if (typeof run !== 'function') return;
    job.run = (...args) => {
      const result = run.apply(job, args);
      if (job.ondone !== undefined || result instanceof Promise) pending.add(id);
      return result;
    };
  },
  after(id) {
    if (pending.size > 0) pending.delete(id);
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
