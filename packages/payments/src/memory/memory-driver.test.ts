import { memoryHarness } from '../__fixtures__/harness.ts';
import { describePaymentGateway } from '../vitest.ts';

describePaymentGateway('the embedded processor', memoryHarness());
describePaymentGateway('the embedded processor without keys', memoryHarness({ keys: false }));
describePaymentGateway(
  'the embedded processor that can be asked by its id alone',
  memoryHarness({ lookup: 'id' }),
);
describePaymentGateway(
  'the embedded processor that goes on before the customer is back',
  memoryHarness({}, undefined, true),
);
describePaymentGateway(
  'the embedded processor of three currencies, one of them in steps',
  memoryHarness({ currencies: ['EUR', 'KWD', 'JPY'], stepMinor: { KWD: 10n } }),
);
describePaymentGateway('the embedded processor that cannot be asked', memoryHarness({ lookup: 'none' }));
describePaymentGateway(
  'the embedded processor without references on movements',
  memoryHarness({ references: false }),
);
