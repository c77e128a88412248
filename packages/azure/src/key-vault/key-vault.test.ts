import { describeIntegration } from '@im/testing/vitest';
import { keyVault } from './key-vault.ts';
import { harness } from './testing.ts';

describeIntegration(keyVault, harness);
