export { type Currency, currencyExponents, isCurrency } from './currencies.ts';
export {
  addMoney,
  compareMoney,
  equalMoney,
  formatMoney,
  isMoney,
  type Money,
  type MoneyJson,
  money,
  moneyFromJson,
  parseMoney,
  subtractMoney,
} from './money.ts';
export { multiplyMoney, type Rounding, splitMoney } from './money-shares.ts';
