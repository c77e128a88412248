/**
 * Of several operations that a request may mean, the one it fits best: the fewest required parameters that are missing
 * or hold another value, and unknown ones in the query; then the most required ones that are there.
 */
import type { DescribedOperation, SentRequest } from './description.ts';
import { checkParameter, unknownQuery } from './parameters.ts';

interface Choice {
  readonly operation: DescribedOperation;
  readonly path: Readonly<Record<string, string>>;
  readonly request: SentRequest;
}

/** The best of `choices`, the first of them when several are as good. */
export function byFit<Some extends Choice>(choices: readonly [Some, ...Some[]]): Some {
  const [first, ...rest] = choices;
  if (rest.length === 0) return first;
  const scored = choices.map((choice) => ({ choice, ...scoreOf(choice) }));
  scored.sort((one, other) => one.wrong - other.wrong || other.right - one.right);
  return scored[0]?.choice ?? first;
}

function scoreOf({ operation, path, request }: Choice): { readonly wrong: number; readonly right: number } {
  const required = operation.parameters.filter((one) => one.required && one.in !== 'path');
  const sent = { path, query: request.query, headers: request.headers };
  const wrong = required.filter((parameter) => checkParameter(parameter, sent, 'request').length > 0);
  return {
    wrong: wrong.length + unknownQuery(operation, request.query).length,
    right: required.length - wrong.length,
  };
}
