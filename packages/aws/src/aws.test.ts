import { describeIntegration } from '@im/testing/vitest';
import { aws } from './aws.ts';
import { harness } from './testing.ts';

describeIntegration(aws, harness);
