import { describeIntegration } from '@im/testing/vitest';
import { describe } from 'vitest';
import { serviceBus } from './service-bus.ts';
import { harness, harnessBy } from './testing.ts';

describeIntegration(serviceBus, harness);
describe('by a shared access key', () => describeIntegration(serviceBus, harnessBy('shared-key')));
