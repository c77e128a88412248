import { memoryHarness } from '../__fixtures__/harness.ts';
import { describePaymentGateway } from '../vitest.ts';

describePaymentGateway('the embedded processor', memoryHarness());
describePaymentGateway('the embedded processor without keys', memoryHarness({ keys: false }));
describePaymentGateway(
  'the embedded processor without references on movements',
  memoryHarness({ references: false }),
);
