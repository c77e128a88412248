/** Arguments and answers as text, money included. */
import { moneyFromJson } from '../money.ts';

export const encode = (value: unknown): string => JSON.stringify(value);

export const decode = (text: string): unknown =>
  JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'minor' in value && Object.keys(value).length === 2
      ? moneyFromJson(value)
      : value,
  );
