/**
 * Whether a subscription wants a notification: every key of its policy must be fulfilled by one of its conditions.
 *
 * @see {@link https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html | Filter policies}
 */
import { fault } from '../../common/fake/protocols.ts';

/** Values by name, as they are held against a policy; several for a `String.Array`. */
export type FilterValues = Readonly<Record<string, readonly unknown[]>>;

type Condition = (value: unknown) => boolean;

const conditions: Readonly<Record<string, (wanted: unknown) => Condition>> = {
  prefix: (wanted) => (value) => typeof value === 'string' && value.startsWith(String(wanted)),
  suffix: (wanted) => (value) => typeof value === 'string' && value.endsWith(String(wanted)),
  'equals-ignore-case': (wanted) => (value) => String(value).toLowerCase() === String(wanted).toLowerCase(),
  'anything-but': (wanted) => (value) => !(Array.isArray(wanted) ? wanted : [wanted]).includes(value),
  numeric: (wanted) => numeric(Array.isArray(wanted) ? wanted : []),
};

const comparisons: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  '=': (one, other) => one === other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
};

/** `[">", 0, "<=", 5]` */
function numeric(parts: readonly unknown[]): Condition {
  return (value) =>
    typeof value === 'number' &&
    parts.length > 0 &&
    parts.every((part, index) => {
      if (index % 2 === 1) return true;
      return comparisons[String(part)]?.(value, Number(parts[index + 1])) ?? false;
    });
}

/** Checks what AWS checks when a policy is set. @throws `InvalidParameter` */
export function checkPolicy(text: string): void {
  for (const [name, wanted] of Object.entries(policyOf(text))) {
    if (!Array.isArray(wanted)) throw invalid(`"${name}" must be an array`);
    for (const one of wanted) toCondition(one);
  }
}

/** Whether a policy lets it pass. */
export function passes(text: string, values: FilterValues): boolean {
  return Object.entries(policyOf(text)).every(([name, wanted]) => {
    const given = values[name];
    return (Array.isArray(wanted) ? wanted : []).some((one) => {
      if (isObject(one) && 'exists' in one) return one.exists === (given !== undefined);
      return given?.some(toCondition(one)) ?? false;
    });
  });
}

function toCondition(wanted: unknown): Condition {
  if (!isObject(wanted)) return (value) => value === wanted;
  const [name = '', argument] = Object.entries(wanted)[0] ?? [];
  if (name === 'exists') return () => true;
  const make = conditions[name];
  if (make === undefined) throw invalid(`Unrecognized match type ${name}`);
  return make(argument);
}

function policyOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const policy: unknown = JSON.parse(text);
    if (isObject(policy)) return policy;
  } catch {
    // What is no JSON is refused below.
  }
  throw invalid('failed to parse JSON');
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const invalid = (says: string) =>
  fault('InvalidParameter', `Invalid parameter: Attributes Reason: FilterPolicy: ${says}`);
