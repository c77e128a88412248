import { currencyExponents, formatMoney, type Money } from '@im/payments';

/** An amount for people, in the shop's language, with all decimals of its currency. */
export function shown({ language }: { readonly language: string }, amount: Money): string {
  const digits = currencyExponents[amount.currency];
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency: amount.currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(formatMoney(amount) as Intl.StringNumericLiteral);
}
