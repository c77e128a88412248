import { filesystemHarness } from '../__fixtures__/harnesses.ts';
import { describeStorage } from '../vitest.ts';

describeStorage('the filesystem driver', filesystemHarness);
