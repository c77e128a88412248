import { describeIntegration } from '@im/testing/vitest';
import { adyen } from './adyen.ts';
import { harness } from './testing.ts';

describeIntegration(adyen, harness);
