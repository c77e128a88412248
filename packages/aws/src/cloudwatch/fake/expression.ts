/** Metric math, as far as the fake knows it: numbers, ids of queries, `+ - * /` and brackets. */
import { invalid } from './faults.ts';
import type { Series } from './statistics.ts';

type Value = number | Series;

const signs: Readonly<Record<string, (one: number, other: number) => number>> = {
  '+': (one, other) => one + other,
  '-': (one, other) => one - other,
  '*': (one, other) => one * other,
  '/': (one, other) => one / other,
};

/**
 * The values of an expression, where all that it names has one.
 *
 * @param seriesOf gives the values of a query by its id
 * @throws the error for what the fake does not know
 */
export function evaluate(expression: string, seriesOf: (id: string) => Series): Series {
  const tokens = expression.match(/\d+(\.\d+)?|[a-z]\w*|\S/g) ?? [];
  const wrong = () => invalid(`Error in expression "${expression}": this fake knows + - * / and brackets.`);
  let place = 0;
  const take = () => tokens[place++];

  const sum = (): Value => chain(product, ['+', '-']);
  const product = (): Value => chain(atom, ['*', '/']);
  const chain = (next: () => Value, of: readonly string[]): Value => {
    let value = next();
    for (let sign = tokens[place]; sign !== undefined && of.includes(sign); sign = tokens[place]) {
      place += 1;
      value = combine(value, next(), signs[sign] ?? (() => Number.NaN));
    }
    return value;
  };
  const atom = (): Value => {
    const token = take();
    if (token === '(') {
      const value = sum();
      if (take() !== ')') throw wrong();
      return value;
    }
    if (token === '-') return combine(0, atom(), (one, other) => one - other);
    if (token !== undefined && /^\d/.test(token)) return Number(token);
    if (token !== undefined && /^[a-z]/.test(token)) return seriesOf(token);
    throw wrong();
  };

  const value = sum();
  if (place < tokens.length || typeof value === 'number') throw wrong();
  return new Map([...value].filter(([, number]) => Number.isFinite(number)));
}

function combine(one: Value, other: Value, by: (one: number, other: number) => number): Value {
  if (typeof one === 'number' && typeof other === 'number') return by(one, other);
  const times = typeof one === 'number' ? other : one;
  const at = (value: Value, time: number) => (typeof value === 'number' ? value : value.get(time));
  const result = new Map<number, number>();
  for (const time of (times as Series).keys()) {
    const [left, right] = [at(one, time), at(other, time)];
    if (left !== undefined && right !== undefined) result.set(time, by(left, right));
  }
  return result;
}
