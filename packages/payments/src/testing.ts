export type { CaseReport as PaymentReport, CaseResult as PaymentResult } from '@im/testing';
export { paymentCases, runPaymentCase, runPaymentConformance } from './conformance/run.ts';
export type {
  CaseContext,
  Hook,
  OpenOptions,
  OpenProcessor,
  PaymentCase,
  PaymentHarness,
  Want,
} from './conformance/types.ts';
