import { describeIntegration } from '@im/testing/vitest';
import { storage } from './storage.ts';
import { harness } from './testing.ts';

describeIntegration(storage, harness);
