/** Money, whose arithmetic is checked, against bare bigints. */
import { addMoney, formatMoney, money, parseMoney, subtractMoney } from '@im/payments';
import { contest, type Line, line, oneByOne } from '../measure.ts';

const steps = 1_000;

/** The lines of this part. */
export async function benchMoney(): Promise<readonly Line[]> {
  const price = money(1_999n, 'EUR');
  const discount = money(199n, 'EUR');
  const sums = await contest(
    {
      ours: oneByOne(async () => {
        let total = money(0n, 'EUR');
        for (let step = 0; step < steps; step += 1) total = subtractMoney(addMoney(total, price), discount);
        return total;
      }),
      bigint: oneByOne(async () => {
        let total = 0n;
        for (let step = 0; step < steps; step += 1) total = total + 1_999n - 199n;
        return total;
      }),
    },
    { times: 100 },
  );
  const texts = await contest(
    {
      ours: oneByOne(async () => {
        for (let step = 0; step < steps; step += 1) parseMoney(formatMoney(price), 'EUR');
      }),
      // What loses cents, as a measure of the work alone.
      number: oneByOne(async () => {
        for (let step = 0; step < steps; step += 1) Math.round(Number((1_999 / 100).toFixed(2)) * 100);
      }),
    },
    { times: 100 },
  );
  return [
    line('Money: 2,000 sums and differences, against bare bigints', 'ns CPU', sums.ours, sums.bigint, {
      ours: 4_000_000,
    }),
    line(
      'Money: 1,000 amounts written and read, against floating point',
      'ns CPU',
      texts.ours,
      texts.number,
      { ours: 4_000_000 },
    ),
  ];
}
