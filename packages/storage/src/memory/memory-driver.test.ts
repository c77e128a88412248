import { memoryHarness } from '../__fixtures__/harnesses.ts';
import { describeStorage } from '../vitest.ts';

describeStorage('the memory driver', memoryHarness);
