import { describeIntegration } from '@im/testing/vitest';
import { ldap } from './ldap.ts';
import { harness } from './testing.ts';

describeIntegration(ldap, harness);
