/** One directory: searches over the pool, sign-ins on connections of their own. */
import { type Call, type Clock, type Forecast, VendorError } from '@im/core';
import { CompareRequest, type Message, PagedResultsControl, SearchRequest } from 'ldapts';
import { toEntry } from '../entry.ts';
import type { DirectoryEntry, SearchScope } from '../model.ts';
import type { CheckedOptions } from '../options.ts';
import type { Dn } from '../text/dn.ts';
import type { Filter } from '../text/filter.ts';
import { askToBind, checkBind, unanswered } from './bind.ts';
import type { Answer, Connection, MakeRequest } from './connection.ts';
import { Dialer } from './dialer.ts';
import { connectionError, fromResult } from './failures.ts';
import { type OpenSearch, Pool } from './pool.ts';
import { sentFilter } from './sent-filter.ts';
import { bindService } from './service-bind.ts';
import { Slots } from './slots.ts';
import { withTimeLimit } from './time-limit.ts';

/** A search, every word of it. */
export interface Query {
  readonly base: Dn;
  readonly scope: SearchScope;
  readonly filter: Filter;
  readonly attributes: readonly string[];
}

/** One page of a search. */
export interface QueryPage {
  readonly entries: readonly DirectoryEntry[];
  /** Absent: it was the last. */
  readonly search?: OpenSearch | undefined;
}

/** What a directory needs of its surroundings. */
export interface DirectorySettings {
  readonly options: CheckedOptions;
  readonly clock: Clock;
  readonly forecast: (forecast: Forecast) => void;
  /** A new id for a search that stands open. */
  readonly newId: () => string;
}

/** Result codes that are no failure. RFC 4511 Appendix A.1 */
const success = 0;
const sizeLimitExceeded = 4;
const compareFalse = 5;
const compareTrue = 6;

/** See the head of this file. */
export class Directory {
  readonly #settings: DirectorySettings;
  readonly #dialer: Dialer;
  readonly #pool: Pool;
  /** Sign-ins at a time. */
  readonly #signIns: Slots;

  constructor(settings: DirectorySettings) {
    const { options, clock } = settings;
    this.#settings = settings;
    this.#dialer = new Dialer(settings);
    this.#signIns = new Slots(options.poolSize);
    this.#pool = new Pool({
      size: options.poolSize,
      idleMs: options.idleMs,
      clock,
      servers: this.#dialer.servers,
      open: (signal) =>
        this.#dialer.dial(signal, (connection, limited) => bindService(connection, options, limited)),
    });
  }

  /** Up to `most` entries, in no order that means anything. */
  find(query: Query, most: number, call: Call): Promise<readonly DirectoryEntry[]> {
    return this.#pool.use(call.signal, async ({ connection }) => {
      const make = (messageId: number) => searchRequest(messageId, query, { sizeLimit: most });
      const { result, entries } = await this.#ask(connection, make, call);
      if (result.status !== success && result.status !== sizeLimitExceeded) throw fromResult(result);
      return entries.map(toEntry);
    });
  }

  /**
   * One page. With `open`, the page behind the one that left that search open.
   *
   * @returns `undefined` when that search does not stand open any more
   */
  page(query: Query, size: number, open: string | undefined, call: Call): Promise<QueryPage | undefined> {
    return this.#pool.use(
      call.signal,
      async ({ connection, search, leave }) => {
        if (open !== undefined && search === undefined) return undefined;
        const page = await this.#page(connection, query, size, search?.cookie, call);
        if (page.search !== undefined) leave(page.search);
        return page;
      },
      open,
    );
  }

  /**
   * One page behind the first `count` entries, which are passed over.
   *
   * @throws `cursor_gone` when there are not so many, or `isSame` does not know the last of them
   */
  pageBehind(
    query: Query,
    size: number,
    count: number,
    isSame: (entry: DirectoryEntry) => boolean,
    call: Call,
  ): Promise<QueryPage> {
    return this.#pool.use(call.signal, async ({ connection, leave }) => {
      let search: OpenSearch | undefined;
      let last: DirectoryEntry | undefined;
      for (let left = count; left > 0; ) {
        const passed = await this.#page(connection, query, Math.min(left, largestPage), search?.cookie, call);
        left -= passed.entries.length;
        last = passed.entries.at(-1) ?? last;
        search = passed.search;
        if (search === undefined || left < 0) throw cursorGone();
      }
      if (last !== undefined && !isSame(last)) throw cursorGone();
      const page = await this.#page(connection, query, size, search?.cookie, call);
      if (page.search !== undefined) leave(page.search);
      return page;
    });
  }

  /** Every entry, page by page, on one connection. `take` may stop it by giving false. */
  all(query: Query, take: (entries: readonly DirectoryEntry[]) => boolean, call: Call): Promise<void> {
    return this.#pool.use(call.signal, async ({ connection, leave }) => {
      let search: OpenSearch | undefined;
      do {
        const page = await this.#page(
          connection,
          query,
          this.#settings.options.pageSize,
          search?.cookie,
          call,
        );
        search = page.search;
        if (!take(page.entries)) break;
      } while (search !== undefined);
      if (search !== undefined) leave(search);
    });
  }

  async #page(
    connection: Connection,
    query: Query,
    size: number,
    cookie: Buffer | undefined,
    call: Call,
  ): Promise<QueryPage> {
    const control = new PagedResultsControl({
      critical: true,
      value: { size, ...(cookie === undefined ? {} : { cookie }) },
    });
    const make = (messageId: number) => searchRequest(messageId, query, { controls: [control] });
    const { result, entries } = await this.#ask(connection, make, call);
    // What was asked with a cookie is refused when the directory has forgotten it.
    if (cookie !== undefined && (result.status === 53 || result.status === 2)) throw cursorGone();
    if (result.status !== success) throw fromResult(result);
    const answer = result.controls?.find((one) => one instanceof PagedResultsControl);
    const next = answer?.value?.cookie;
    return {
      entries: entries.map(toEntry),
      search:
        next !== undefined && next.length > 0 ? { id: this.#settings.newId(), cookie: next } : undefined,
    };
  }

  /** Whether the entry has this value. */
  compare(dn: Dn, attribute: string, value: string, call: Call): Promise<boolean> {
    return this.#pool.use(call.signal, async ({ connection }) => {
      const make = (messageId: number) => new CompareRequest({ messageId, dn: dn.text, attribute, value });
      const { result } = await this.#ask(connection, make, call);
      if (result.status !== compareTrue && result.status !== compareFalse) throw fromResult(result);
      return result.status === compareTrue;
    });
  }

  /** Makes a change that is not made twice. */
  change(make: MakeRequest, call: Call): Promise<void> {
    return this.#pool.use(call.signal, async ({ connection }) => {
      const { result } = await this.#ask(connection, make, call);
      if (result.status !== success) throw fromResult(result);
    });
  }

  /**
   * Whether `password` is that of `dn`, by a bind on a connection of its own, which nothing else is ever sent on.
   *
   * @throws `VendorError` with the reason when the directory refuses; `bind_unanswered` when it does not answer, since a second try could count
   * as a second wrong password
   */
  signIn(dn: Dn, password: string, call: Call): Promise<void> {
    return this.#signIns.use(call.signal, async () => {
      const connection = await this.#dialer.dial(call.signal);
      try {
        const onSend = () => call.markSent();
        const asked = askToBind(connection, { dn: dn.text, password }, { signal: call.signal, onSend });
        const answer = await asked.catch(unanswered);
        checkBind(answer);
      } finally {
        connection.close();
      }
    });
  }

  close(): void {
    this.#pool.close();
  }

  /** A request on a connection of the pool, with a bound on how long the server may be silent. */
  #ask(connection: Connection, make: MakeRequest, call: Call): Promise<Answer> {
    const { clock, options } = this.#settings;
    const late = () => connectionError('no_answer', connection.server.url, true);
    return withTimeLimit(clock, options.answerTimeoutMs, call.signal, late, (signal) =>
      connection.request(make, { signal, onSend: () => call.markSent() }),
    );
  }
}

/** Active Directory gives no more. */
const largestPage = 1_000;

function cursorGone(): VendorError {
  return new VendorError({ reason: 'cursor_gone', sent: true });
}

function searchRequest(
  messageId: number,
  { base, scope, filter, attributes }: Query,
  more: { readonly sizeLimit?: number; readonly controls?: PagedResultsControl[] },
): Message {
  return new SearchRequest({
    messageId,
    baseDN: base.text,
    scope,
    filter: sentFilter(filter),
    attributes: [...attributes],
    // The client's time is bounded by the call; 0 leaves the server's own bound.
    timeLimit: 0,
    ...more,
  });
}
