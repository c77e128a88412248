import { describeIntegration } from '@im/testing/vitest';
import { azure } from './azure.ts';
import { harness } from './testing.ts';

describeIntegration(azure, harness);
