/** Which alerts are meant: labels and patterns, the same for rules, routes, silences and inhibitions. */
import { z } from 'zod';

/** Names and values that tell alerts apart: `{ alert: 'IntegrationDown', tenant: 'acme' }`. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Patterns by label; all must fit. `*` stands for any text, a list for any of its patterns; a label that an alert does not have is empty.
 */
export const match = z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]));

/** One of {@link match}: `{ tenant: 'acme', alert: 'ErrorBudget*', severity: ['critical', 'warning'] }`. */
export type Match = z.output<typeof match>;

/** Whether `labels` are meant. An empty match means everything. */
export function matches(wanted: Match, labels: Labels): boolean {
  return Object.entries(wanted).every(([name, patterns]) =>
    [patterns].flat().some((pattern) => fits(pattern, labelOf(labels, name))),
  );
}

/** A label's value; one that is not there is empty, also where every object has something of that name. */
export function labelOf(labels: Labels, name: string): string {
  return Object.hasOwn(labels, name) ? (labels[name] ?? '') : '';
}

/** Greedy, from the left, so that no pattern takes longer than pattern times text. */
function fits(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!text.startsWith(first)) return false;
  const last = rest.pop();
  if (last === undefined) return text === first;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Names alerts apart: the same labels are the same alert, in every process and after every restart. */
export function fingerprint(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}
