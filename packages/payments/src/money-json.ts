import { moneyFromJson } from './money.ts';

/** Reads what `JSON.stringify` wrote, and makes money of the objects that were money. */
export function parseJsonWithMoney(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'minor' in value && Object.keys(value).length === 2
      ? moneyFromJson(value)
      : value,
  );
}
