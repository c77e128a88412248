/** Parts and multiples of money, exact to the minor unit, by stated rules. */
import type { Currency } from './currencies.ts';
import { type Money, money, moneyError } from './money.ts';

/**
 * How a quotient becomes whole. `half_even` takes the nearest, and of two equally near the even one; `half_up` of two the one further from
 * zero; `down` cuts towards zero, `up` away from it, `floor` and `ceiling` go towards minus and plus infinity.
 */
export type Rounding = 'half_even' | 'half_up' | 'down' | 'up' | 'floor' | 'ceiling';

/** Whether the magnitude goes one up, given the remainder (doubled, as a magnitude), the divisor, whether the quotient is odd, and the sign. */
const awayFromZero: Readonly<
  Record<Rounding, (twice: bigint, divisor: bigint, odd: boolean, negative: boolean) => boolean>
> = {
  half_even: (twice, divisor, odd) => twice > divisor || (twice === divisor && odd),
  half_up: (twice, divisor) => twice >= divisor,
  down: () => false,
  up: () => true,
  floor: (_twice, _divisor, _odd, negative) => negative,
  ceiling: (_twice, _divisor, _odd, negative) => !negative,
};

/**
 * The amount times `numerator / denominator`, rounded once. A tax of 19.5 % is `{ numerator: 195n, denominator: 1000n }`.
 *
 * @throws {@link IntegrationError} `invalid_argument` for a denominator of zero, or a rule that is not known
 */
export function multiplyMoney<Code extends Currency>(
  amount: Money<Code>,
  factor: { readonly numerator: bigint; readonly denominator: bigint },
  rounding: Rounding,
): Money<Code> {
  if (factor.denominator === 0n) throw moneyError('a denominator is zero', 'give a fraction');
  if (!Object.hasOwn(awayFromZero, rounding))
    throw moneyError('this rounding rule is not known', `use one of ${Object.keys(awayFromZero).join(', ')}`);
  const product = amount.minor * factor.numerator;
  const negative = product < 0n !== factor.denominator < 0n;
  const divisor = magnitude(factor.denominator);
  const quotient = magnitude(product) / divisor;
  const remainder = magnitude(product) % divisor;
  const more =
    remainder !== 0n && awayFromZero[rounding](remainder * 2n, divisor, quotient % 2n === 1n, negative);
  const whole = more ? quotient + 1n : quotient;
  return money(negative ? -whole : whole, amount.currency);
}

/**
 * Splits an amount by ratios so that the parts add up to it. Each part is cut towards zero; the units that are left go, one each, to the
 * parts with the largest remainders, and of equal remainders to the earlier part.
 *
 * @throws {@link IntegrationError} `invalid_argument` for no ratios, a negative one, or all zero
 */
export function splitMoney<Code extends Currency>(
  amount: Money<Code>,
  ratios: readonly bigint[],
): readonly Money<Code>[] {
  const sum = ratios.reduce((all, ratio) => all + ratio, 0n);
  if (sum <= 0n || ratios.some((ratio) => ratio < 0n))
    throw moneyError(
      'ratios must be positive, or zero but not all of them',
      'give whole ratios: [1n, 1n, 2n]',
    );
  const total = magnitude(amount.minor);
  const shares = ratios.map((ratio, index) => ({
    index,
    part: (total * ratio) / sum,
    remainder: (total * ratio) % sum,
  }));
  const left = total - shares.reduce((all, { part }) => all + part, 0n);
  const lucky = new Set(
    shares
      .toSorted((a, b) =>
        a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1,
      )
      .slice(0, Number(left))
      .map(({ index }) => index),
  );
  return shares.map(({ index, part }) => {
    const whole = lucky.has(index) ? part + 1n : part;
    return money(amount.minor < 0n ? -whole : whole, amount.currency);
  });
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}
