/** The runner that suites of ports share: opens what a case needs, asks whether it applies, runs it, and says what became of it. */

/** What a case of any suite has. `run` rejects when what is tested fails it. */
export interface PortCase<Context> {
  /** `ST-001`: never reused. */
  readonly id: string;
  readonly title: string;
  run(context: Context): Promise<void>;
}

/** What became of a case. Plain data. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'not applicable';
  /** Why it failed or does not apply. */
  readonly says?: string | undefined;
}

/** All results, to be published with what was tested. */
export interface CaseReport {
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
  readonly results: readonly CaseResult[];
}

/** How a suite gets from its harness to what its cases work with. */
export interface PortSuiteParts<Case, Harness, Opened, Context> {
  /** In order of reading. */
  readonly cases: readonly Case[];
  /** Called once a case: what it gives shares nothing with what was opened before. */
  readonly open: (harness: Harness, one: Case) => Promise<Opened>;
  readonly contextOf: (opened: Opened, harness: Harness) => Context;
  /** Why the case does not apply. `undefined`: it does. What it throws fails the case. */
  readonly whyNot: (one: Case, context: Context) => string | undefined;
}

/** A suite that can be run. */
export interface PortSuite<Case, Harness> {
  readonly cases: readonly Case[];
  /** Runs one case. Nothing is thrown: the result says so. */
  run(one: Case, harness: Harness): Promise<CaseResult>;
  /** Runs every case, one after the other, or those that are named. */
  runAll(harness: Harness, options?: { readonly ids?: readonly string[] | undefined }): Promise<CaseReport>;
}

/** Makes a suite of its cases. */
export function createPortSuite<
  Context,
  Case extends PortCase<Context>,
  Harness,
  Opened extends { close?(): Promise<void> },
>(parts: PortSuiteParts<Case, Harness, Opened, Context>): PortSuite<Case, Harness> {
  const { cases, open, contextOf, whyNot } = parts;
  const run = async (one: Case, harness: Harness): Promise<CaseResult> => {
    const { id, title } = one;
    try {
      const opened = await open(harness, one);
      try {
        const context = contextOf(opened, harness);
        const says = whyNot(one, context);
        if (says !== undefined) return { id, title, outcome: 'not applicable', says };
        await one.run(context);
      } finally {
        await opened.close?.();
      }
      return { id, title, outcome: 'passed' };
    } catch (error) {
      return { id, title, outcome: 'failed', says: error instanceof Error ? error.message : String(error) };
    }
  };
  return {
    cases,
    run,
    runAll: async (harness, { ids } = {}) => {
      const results: CaseResult[] = [];
      for (const one of cases) if (ids?.includes(one.id) ?? true) results.push(await run(one, harness));
      return { ...countOutcomes(results), results };
    },
  };
}

/** How many results there are of each outcome. */
export function countOutcomes(
  results: readonly Pick<CaseResult, 'outcome'>[],
): Pick<CaseReport, 'passed' | 'failed' | 'notApplicable'> {
  const count = (outcome: CaseResult['outcome']) => results.filter((one) => one.outcome === outcome).length;
  return { passed: count('passed'), failed: count('failed'), notApplicable: count('not applicable') };
}
