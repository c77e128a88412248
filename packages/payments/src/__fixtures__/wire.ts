/** Arguments and answers as text, money included. */
export const encode = (value: unknown): string => JSON.stringify(value);
export { parseJsonWithMoney as decode } from '../money-json.ts';
