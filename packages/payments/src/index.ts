export { type PaymentAbility, paymentAbilities } from './abilities.ts';
export { hasCardNumber, refuseCardData } from './card-guard.ts';
export type { PaymentAlert } from './context.ts';
export { type Currency, currencyExponents, isCurrency } from './currencies.ts';
export {
  type Decline,
  type DeclineCategory,
  type DeclineMessageKey,
  type DeclineRow,
  type DeclineTable,
  declineCategories,
  declineMessageKeys,
  type RetryAdvice,
  readDecline,
  retryAdvices,
} from './declines.ts';
export type {
  CaptureMode,
  Dispute,
  DriverCall,
  DriverCapture,
  DriverConfirm,
  DriverCreate,
  DriverRefund,
  DriverVault,
  DriverWebhooks,
  MovingCall,
  PaymentDriver,
  PaymentEvent,
  PaymentFacts,
  PaymentQuery,
  PaymentTraits,
  Payout,
  RawWebhook,
  SavedMethod,
  SettlementLine,
  TimeRange,
} from './driver.ts';
export { createPaymentGateway } from './gateway.ts';
export type {
  CapturePayment,
  ConfirmPayment,
  CreatePayment,
  GatewayCall,
  ListOptions,
  PaymentGateway,
  PaymentGatewayOptions,
  RefundPayment,
  Target,
} from './gateway.types.ts';
export type { Inbox, InboxOptions, Received } from './inbox.ts';
export { type Ledger, memoryDeclinedWith, memoryTokens } from './memory/ledger.ts';
export { type MemoryDriver, type MemoryDriverOptions, memoryDriver } from './memory/memory-driver.ts';
export type { LostPart, MemoryApi, MemoryProcessor, MovingOperation } from './memory/processor.ts';
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
export type { DriverPayment, Movement, NextAction, Payment } from './payment.ts';
export { paymentGateway } from './port.ts';
export type { Reconciled } from './reconcile.ts';
export type { RecordedPayment } from './recorded.ts';
export {
  compareLedgers,
  type LedgerComparison,
  type LedgerDifference,
  type LedgerDifferenceKind,
  type LedgerEntry,
  type LedgerTotals,
} from './reports/compare-ledgers.ts';
export type { PaymentsReport } from './reports/payments-report.ts';
export type {
  SettlementDifference,
  SettlementDifferenceKind,
  SettlementReport,
} from './reports/settlement-report.ts';
export { createPaymentRouter } from './routing/router.ts';
export type {
  PaymentRouter,
  PaymentRouterOptions,
  RouteCost,
  RoutedCreate,
  RoutedGateway,
  RoutedPayment,
  RoutePlan,
  RouteRule,
} from './routing/routing.types.ts';
export {
  allows,
  follows,
  mergeStatus,
  type PaymentAction,
  type PaymentStatus,
  paymentActions,
  paymentTransitions,
  type StatusFor,
} from './states.ts';
export { laterPayment, type ToldPayments, toldPayments } from './told-payments.ts';
export { needWebhookSecrets } from './webhook-secrets.ts';
