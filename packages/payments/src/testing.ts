export { paymentCases, runPaymentCase, runPaymentConformance } from './conformance/run.ts';
export type {
  CaseContext,
  OpenOptions,
  OpenProcessor,
  PaymentCase,
  PaymentHarness,
  PaymentReport,
  PaymentResult,
} from './conformance/types.ts';
