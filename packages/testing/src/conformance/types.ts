/** The shapes of the conformance suite. */
import type { Suite } from './suite.ts';

/** One thing that is proven. It rejects when the integration fails it, with {@link NotApplicable} when it does not apply. */
export interface ConformanceCase {
  /** `C-012`: never reused. */
  readonly id: string;
  /** The demand of `docs/contract.md` that it proves: `M-07`. */
  readonly must: string;
  readonly title: string;
  run(suite: Suite): Promise<void>;
}

/** What became of one case. Plain data. */
export interface ConformanceResult {
  readonly id: string;
  readonly must: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'not applicable';
  /** Why it failed or does not apply. */
  readonly says?: string | undefined;
}

/** The result of a whole run: plain data, made to be published with a provider. */
export interface ConformanceReport {
  /** Id of the definition. */
  readonly provider: string;
  readonly contract: number;
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
  readonly results: readonly ConformanceResult[];
}

/** Thrown by a case that does not apply. It counts as neither passed nor failed. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable';
}

/** Ends a case that does not apply to this integration. */
export function notApplicable(why: string): never {
  throw new NotApplicable(why);
}

/** Collects what is wrong, so that a case names everything at once. */
export class Problems {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
  }

  /** Adds `line` unless `holds`. */
  expect(holds: boolean, line: string): void {
    if (!holds) this.add(line);
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  /** @throws Error with every line, when there are any */
  report(): void {
    if (this.#lines.length > 0) throw new Error(this.#lines.join('\n'));
  }
}
