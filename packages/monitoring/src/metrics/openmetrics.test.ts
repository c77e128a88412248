import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeVectors } from '@im/testing/vitest';
import { expect, it } from 'vitest';
import { parseOpenMetrics } from './__tests__/openmetrics.ts';

interface Case {
  readonly name: string;
  readonly shouldParse: boolean;
  readonly text: string;
}

describeVectors(
  "the reader that judges our text agrees with OpenMetrics' own cases",
  'openmetrics',
  (folder) => {
    const cases = JSON.parse(readFileSync(join(folder, 'parse.json'), 'utf8')) as readonly Case[];
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, { text, shouldParse }) => {
      const read = () => parseOpenMetrics(text);
      if (shouldParse) expect(read).not.toThrow();
      else expect(read).toThrow();
    });
  },
);
