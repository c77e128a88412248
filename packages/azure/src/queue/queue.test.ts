import { describeIntegration } from '@im/testing/vitest';
import { describe } from 'vitest';
import { queue } from './queue.ts';
import { harness, harnessBy } from './testing.ts';

describeIntegration(queue, harness);
describe('by the key of the account', () => describeIntegration(queue, harnessBy('account-key')));
