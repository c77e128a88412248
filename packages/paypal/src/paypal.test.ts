import { describeIntegration } from '@im/testing/vitest';
import { paypal } from './paypal.ts';
import { harness } from './testing.ts';

describeIntegration(paypal, harness);
