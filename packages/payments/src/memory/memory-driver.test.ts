import { memoryHarness } from '../__fixtures__/harness.ts';
import { describePaymentGateway } from '../vitest.ts';

describePaymentGateway('the embedded processor', memoryHarness());
describePaymentGateway('the embedded processor without keys', memoryHarness({ keys: false }));
describePaymentGateway(
  'the embedded processor that can be asked by its id alone',
  memoryHarness({ lookup: 'id' }),
);
describePaymentGateway('the embedded processor that cannot be asked', memoryHarness({ lookup: 'none' }));
describePaymentGateway(
  'the embedded processor without references on movements',
  memoryHarness({ references: false }),
);
