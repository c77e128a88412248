import { describeIntegration } from '@im/testing/vitest';
import { stripe } from './stripe.ts';
import { harness } from './testing.ts';

describeIntegration(stripe, harness);
