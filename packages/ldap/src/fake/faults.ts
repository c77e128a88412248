/** Which fault strikes a request, and what an HTTP status of the common faults means in LDAP. */
import type { Fault, FaultRule } from '@im/testing';

/** Result codes by the status whose meaning they share, both ways: the first of a status is what a fault of that status becomes. */
const meanings: readonly (readonly [status: number, code: number])[] = [
  [200, 0],
  [200, 5],
  [200, 6],
  [400, 2],
  [400, 21],
  [400, 34],
  [401, 49],
  [403, 50],
  [404, 32],
  [409, 68],
  [412, 53],
  [422, 19],
  [429, 11],
  [429, 4],
  [500, 80],
  [501, 12],
  [503, 51],
  [503, 52],
];

/** The status that stands for a result in the log of exchanges. */
export function statusOf(code: number): number {
  return meanings.find(([, one]) => one === code)?.[0] ?? 400;
}

/** The result that a fault of this status gives. */
export function resultOf(status: number): number {
  return meanings.find(([one]) => one === status)?.[1] ?? (status >= 500 ? 80 : 53);
}

/** Rules with their counts. */
export class FaultRules {
  #rules: { readonly rule: FaultRule; seen: number; struck: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, seen: 0, struck: 0 });
  }

  clear(): void {
    this.#rules = [];
  }

  /** The fault that strikes this request, counted as struck. */
  strike(method: string, path: string): Fault | undefined {
    const applies = ({ rule }: { readonly rule: FaultRule }) =>
      (rule.method === undefined || rule.method.toUpperCase() === method) &&
      (rule.path === undefined ||
        (typeof rule.path === 'string' ? rule.path === path : path.search(rule.path) >= 0));
    for (const entry of this.#rules.filter(applies)) {
      const { fault, after = 0, every = 1, times = 1 } = entry.rule;
      entry.seen += 1;
      const isDue = entry.seen > after && (entry.seen - after - 1) % every === 0 && entry.struck < times;
      if (!isDue) continue;
      entry.struck += 1;
      return fault;
    }
    return undefined;
  }
}
