/** What a crash test is made of. See `run-crash-test.ts` for how it works. */
import type { PaymentAbility } from '../abilities.ts';
import type { LedgerEntry } from '../reports/compare-ledgers.ts';

/**
 * An await at which a process can be killed: before `work`, or after it with its answer unheard. Everything that leaves the child passes through
 * one: the state store by itself, the processor's requests by `openGate`, or by what the world makes of `answer`.
 */
export type Gate = <Answer>(what: string, work: () => Promise<Answer>) => Promise<Answer>;

/** A payment in the processor's own books. */
export interface Booked extends LedgerEntry {
  readonly captures: number;
  readonly refunds: number;
}

/** A processor, in this process, for one order. It survives its shop. */
export interface CrashWorld {
  /** What the child makes its driver of: plain JSON. */
  readonly config: unknown;
  /** Test tokens, by what they do. */
  readonly tokens: { readonly succeeds: string; readonly threeDSecure?: string | undefined };
  /** The instant on the processor's clock, and the shop's. */
  now(): number;
  advance(ms: number): Promise<void>;
  /** The customer finishes the step of a payment, or has done so already; gives the parameters of the return. */
  readonly finish?: ((payment: string) => Promise<Readonly<Record<string, string>>>) | undefined;
  /** What the child's driver asks over its link, where it does not use a network. Passed through a gate by the runner. */
  readonly answer?: ((method: string, args: readonly unknown[]) => Promise<unknown>) | undefined;
  /** Every payment that the processor made: its own books, not what `find` shows. */
  books(): Promise<readonly Booked[]>;
  close?(): Promise<void>;
}

/** How the test gets at a processor, and at the program that uses it. */
export interface CrashHarness {
  /** In messages. */
  readonly name: string;
  /** The child's program: a module that calls `serveCrashShop`. */
  readonly shop: URL;
  /** For Node, as `['--conditions=@im/source']`. Default: none. */
  readonly execArgv?: readonly string[] | undefined;
  readonly abilities: { readonly [Name in PaymentAbility]?: true };
  /** The driver's: so long the shop's process stays dead. */
  readonly settleMs: number;
  /** Opens a processor with empty books. Requests that it serves go through `gate`. */
  open(gate: Gate): Promise<CrashWorld>;
}

/** How much. */
export interface CrashOptions {
  /** How many kills, at least; spread evenly over all awaits and seeds. Default: every await once. */
  readonly kills?: number | undefined;
  /** Where the random choices begin: second deaths, and whether a shop reconciles first. Default 1. */
  readonly seed?: number | undefined;
  /** Orders that one process serves at once, each of which dies at an await of its own. Default 300. */
  readonly ordersAtOnce?: number | undefined;
}

/** What became of it. */
export interface CrashReport {
  /** Awaits at which an order was cut off by SIGKILL. */
  readonly kills: number;
  /** How many of them in each step of the order. */
  readonly killsBy: Readonly<Record<string, number>>;
  /** Awaits of one order that nobody kills. */
  readonly awaits: number;
  readonly orders: number;
  /** Processes that were killed. */
  readonly processes: number;
  /** References that were charged, captured or refunded more than once. */
  readonly twice: readonly string[];
  /** Payments that one side has and the other has not. */
  readonly lost: readonly string[];
  /** Everything else that is not as it must be: amounts, alerts, operations that stay open. */
  readonly wrong: readonly string[];
}
