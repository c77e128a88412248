/** Every case of the conformance suite, in order of reading. `docs/contract.md` lists the demands that they prove. */
import { abortCases } from './conformance/abort-cases.ts';
import { answerCases } from './conformance/answer-cases.ts';
import { definitionCases } from './conformance/definition-cases.ts';
import { effectCases } from './conformance/effect-cases.ts';
import { failureCases } from './conformance/failure-cases.ts';
import { keyCases } from './conformance/key-cases.ts';
import { lifecycleCases } from './conformance/lifecycle-cases.ts';
import { pageCases } from './conformance/page-cases.ts';
import { reachCases } from './conformance/reach-cases.ts';
import { secretCases } from './conformance/secret-cases.ts';
import { tenantCases } from './conformance/tenant-cases.ts';
import type { ConformanceCase } from './conformance/types.ts';

export const conformanceCases: readonly ConformanceCase[] = [
  ...definitionCases,
  ...effectCases,
  ...keyCases,
  ...abortCases,
  ...failureCases,
  ...answerCases,
  ...pageCases,
  ...secretCases,
  ...lifecycleCases,
  ...tenantCases,
  ...reachCases,
];
