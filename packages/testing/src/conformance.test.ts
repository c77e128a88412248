import { describe, expect, it } from 'vitest';
import { createShelfHarness, shelf } from './__fixtures__/shelf.ts';
import { runConformance } from './conformance.ts';
import { memory, memoryHarness } from './memory-integration.ts';
import { describeIntegration } from './vitest.ts';

describeIntegration(memory, memoryHarness);
describeIntegration(shelf, createShelfHarness());

describe('the report', () => {
  it('is plain data that counts every case once', async () => {
    const report = await runConformance(memory, memoryHarness);
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report).toMatchObject({ provider: 'memory', contract: 1, failed: 0 });
    expect(report.passed + report.notApplicable).toBe(report.results.length);
  });
});
