/**
 * Operations: what a provider does, each tagged with what *repeating* it does. The policies read the tag and obey.
 */
import type { HeaderReader } from './errors.ts';

/**
 * What happens when the same call is made twice.
 * - `read` changes nothing.
 * - `idempotent` leaves the same result however often it is made.
 * - `keyed` is safe with the same idempotency key, which core makes, stores and reuses.
 * - `unsafe` may happen twice: @im sends it once, whatever fails.
 */
export type Effect = 'read' | 'idempotent' | 'keyed' | 'unsafe';

/** The last argument of every operation, for the caller. */
export interface CallOptions {
  /** Ends the call at once, waits and retries included; the signal's reason is thrown as it is. */
  readonly signal?: AbortSignal | undefined;
  /** Whole time for the call, waits and retries included, in milliseconds. Default: the integration's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Key of a `keyed` operation. Default: core makes one for each call. */
  readonly idempotencyKey?: string | undefined;
  /**
   * Your own name for a piece of work (an order number), for `keyed` operations: core writes the key that it makes
   * down under this name before it sends, and a later call of the same name, in this process or another, gets the
   * same key. Refused with `invalid_argument` when the same name comes with other arguments.
   */
  readonly reference?: string | undefined;
  /** Key within the integration's rate limit, for limits that hold per account or per resource. */
  readonly rateLimitKey?: string | undefined;
}

/** The last argument of an operation that answers in pages. */
export interface PagesOptions extends CallOptions {
  /** Goes on after this place: the `cursor` of an earlier {@link Pages} or {@link Page}. */
  readonly cursor?: string | undefined;
  /** Most items in all. Default: until the vendor has no more. */
  readonly limit?: number | undefined;
  /** Items a request. Default: the provider's. */
  readonly pageSize?: number | undefined;
}

/** One page of a longer answer. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins. Absent: this was the last, or `limit` cut it short. Opaque to callers, and good in another process. */
  readonly next?: string | undefined;
  /** How many items there are in all, where the vendor says so. */
  readonly total?: number | undefined;
}

/**
 * An answer in pages. Iterate it for items, or `.pages()` for pages; the next page is asked for when the last item of
 * the one before was taken, never earlier. Each page is one call through the policies, with its own `timeoutMs`. Each
 * iteration begins anew where the call began; `cursor` and `done` tell of the one that moved last.
 */
export interface Pages<Item> extends AsyncIterable<Item> {
  /** The pages themselves. */
  pages(): AsyncIterable<Page<Item>>;
  /** All items in an array; give a `limit` unless the answer is known to be small. */
  toArray(): Promise<Item[]>;
  /**
   * Where to go on, for the option `cursor` of a later call: the beginning of the page that the last item came from,
   * or of the next one once that was asked for. Absent: the beginning of all, or the end (`done`). Items of a page
   * that was left half-way come again, so write results down page by page to have none twice.
   */
  readonly cursor: string | undefined;
  /** Whether the last page was taken to its end. */
  readonly done: boolean;
}

/**
 * The last argument of an operation, for the provider who writes it. One object an attempt. Hand it on as it is: its
 * members are made when they are read, so a copy by spread has none of them.
 */
export interface Call {
  /** Name of the operation, `getTrack`. */
  readonly operation: string;
  readonly effect: Effect;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Aborts on the caller's abort, on a time-out of the attempt or of the call, and when the integration is stopped. */
  readonly signal: AbortSignal;
  /** Instant at which the whole call ends, milliseconds since 1970. */
  readonly deadline: number;
  /** The same over all attempts of one `keyed` call; absent for all others. */
  readonly idempotencyKey: string | undefined;
  /** Where the page to fetch begins; absent for the first, and in operations without pages. */
  readonly cursor: string | undefined;
  /** Items wanted a page; absent: the provider's default. */
  readonly pageSize: number | undefined;
  /**
   * The transport says so just before bytes may leave. From then on a failure without an answer leaves an `unsafe`
   * operation's outcome unknown; before it, nothing can have happened.
   */
  markSent(): void;
  /** The transport hands over the headers of every answer, so that limits announced by a success are obeyed too. */
  observe(headers: HeaderReader): void;
}

/** Facts of one operation that people and tools read. */
export interface OperationNotes {
  /** The vendor's page on it. */
  readonly docs?: string;
  /** Since when and what to use instead, for an operation that the vendor wants to drop. */
  readonly deprecated?: string;
  /** Scopes or permissions the credential needs. */
  readonly scopes?: readonly string[];
}

/** An operation as a provider declares it. Made by {@link read}, {@link idempotent}, {@link keyed}, {@link unsafe}. */
export interface Operation<Arguments extends readonly unknown[], Result> extends OperationNotes {
  readonly kind: 'call';
  readonly effect: Effect;
  readonly run: OperationBody<Arguments, Result>;
}

/** An operation that answers in pages; each page is one call through the policies. Made by {@link pages}. */
export interface PagedOperation<Arguments extends readonly unknown[], Item> extends OperationNotes {
  readonly kind: 'pages';
  readonly effect: 'read';
  readonly run: OperationBody<Arguments, Page<Item>>;
}

/**
 * What a provider writes: its own parameters, then `call: Call`. Optional parameters stand last and are declared as
 * `| undefined` (`market: string | undefined`); callers may leave them out. No default values and no rest parameter,
 * since core counts the parameters; `defineIntegration` refuses them.
 */
export type OperationBody<Arguments extends readonly unknown[], Result> = (
  ...args: [...Arguments, call: Call]
) => Promise<Result>;

/** Any operation at all. */
// biome-ignore lint/suspicious/noExplicitAny: the only type to which operations of all arguments are assignable.
export type AnyOperation = Operation<any, any> | PagedOperation<any, any>;

/** A call that changes nothing at the vendor. Retried, hedged and cached freely. */
export function read<Arguments extends readonly unknown[], Result>(
  run: OperationBody<Arguments, Result>,
  notes?: OperationNotes,
): Operation<Arguments, Result> & { readonly effect: 'read' } {
  return { kind: 'call', effect: 'read', run, ...notes };
}

/** A call that may be repeated with the same result, such as setting or deleting. Retried. */
export function idempotent<Arguments extends readonly unknown[], Result>(
  run: OperationBody<Arguments, Result>,
  notes?: OperationNotes,
): Operation<Arguments, Result> & { readonly effect: 'idempotent' } {
  return { kind: 'call', effect: 'idempotent', run, ...notes };
}

/** A call that the vendor recognises by an idempotency key (`call.idempotencyKey`, always present). Retried with it. */
export function keyed<Arguments extends readonly unknown[], Result>(
  run: OperationBody<Arguments, Result>,
  notes?: OperationNotes,
): Operation<Arguments, Result> & { readonly effect: 'keyed' } {
  return { kind: 'call', effect: 'keyed', run, ...notes };
}

/** A call that happens again each time it is sent. Sent once; a failure without an answer has `effect: 'unknown'`. */
export function unsafe<Arguments extends readonly unknown[], Result>(
  run: OperationBody<Arguments, Result>,
  notes?: OperationNotes,
): Operation<Arguments, Result> & { readonly effect: 'unsafe' } {
  return { kind: 'call', effect: 'unsafe', run, ...notes };
}

/** Makes a read that answers one {@link Page} into an operation over all of them. */
export function pages<Arguments extends readonly unknown[], Item>(
  operation: Operation<Arguments, Page<Item>> & { readonly effect: 'read' },
): PagedOperation<Arguments, Item> {
  return { ...operation, kind: 'pages' };
}

/** Parameters at the end that take `undefined` may be left out. Slices keep the parameters' names. */
type OptionalTail<Arguments extends readonly unknown[]> = Arguments extends readonly []
  ? []
  : undefined extends Arguments[number]
    ? EachMayBeUndefined<Arguments> extends true
      ? Partial<Arguments>
      : Arguments extends readonly [unknown, ...infer Rest]
        ? Arguments extends readonly [...infer First, ...Rest]
          ? [...First, ...OptionalTail<Rest>]
          : never
        : Arguments
    : Arguments;

type EachMayBeUndefined<Arguments extends readonly unknown[]> = Arguments extends readonly [
  infer First,
  ...infer Rest,
]
  ? undefined extends First
    ? EachMayBeUndefined<Rest>
    : false
  : true;

/** Operations as a caller sees them: the same names, each with {@link CallOptions} as its last argument. */
export type Api<Operations> = {
  readonly [Name in keyof Operations]: Operations[Name] extends PagedOperation<infer Arguments, infer Item>
    ? (...args: [...OptionalTail<Arguments>, call?: PagesOptions]) => Pages<Item>
    : Operations[Name] extends Operation<infer Arguments, infer Result>
      ? (...args: [...OptionalTail<Arguments>, call?: CallOptions]) => Promise<Result>
      : never;
};
