export { paymentCases, runPaymentCase, runPaymentConformance } from './conformance/run.ts';
export type {
  CaseContext,
  OpenProcessor,
  PaymentCase,
  PaymentHarness,
  PaymentReport,
  PaymentResult,
} from './conformance/types.ts';
