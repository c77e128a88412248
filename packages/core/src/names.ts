import { IntegrationError } from './errors.ts';

/** Longest name of a tenant or of a registration, in UTF-16 units. */
export const longestName = 256;

interface NameRule {
  readonly says: string;
  readonly broken: (name: string) => boolean;
}

const rules: readonly NameRule[] = [
  { says: 'is empty', broken: (name) => name.length === 0 },
  { says: `is longer than ${longestName} characters`, broken: (name) => name.length > longestName },
  { says: 'is not well-formed Unicode', broken: (name) => !name.isWellFormed() },
  { says: 'has control characters', broken: (name) => /\p{Cc}/u.test(name) },
];

/**
 * Refuses what cannot name a tenant or a registration. All other text is taken literally: `a:b`, `../b`, `a%00b`, and
 * the same letters in another case or Unicode form, are names of different things.
 *
 * @throws {@link IntegrationError} `invalid_argument`
 */
export function checkName(kind: 'tenant' | 'name', name: unknown): asserts name is string {
  const says = typeof name === 'string' ? rules.find((rule) => rule.broken(name))?.says : 'is not a string';
  if (says === undefined) return;
  throw new IntegrationError(`the ${kind} ${says}`, {
    code: 'invalid_argument',
    remedy: `give a ${kind} of 1 to ${longestName} characters without control characters`,
  });
}

/** A name as it is shown in a message. */
export function quoted(name: string): string {
  return JSON.stringify(name);
}

/** Some of `names`, as they are shown in a message. */
export function quotedList(names: Iterable<string>, most = 10): string {
  const all = [...names].sort();
  const shown = all.slice(0, most).map(quoted).join(', ');
  return all.length === 0 ? 'none' : all.length > most ? `${shown} and ${all.length - most} more` : shown;
}
