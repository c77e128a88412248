/** The storage suite for servers that do not do all of S3. */

import { createIntegration, type OptionsOf } from '@im/core';
import { runStorageCase, storageCases } from '@im/storage/testing';
import { describe, expect, it } from 'vitest';
import type { DialectName } from '../dialects.ts';
import { s3, s3Driver } from '../index.ts';

/** Why a server fails a case, and what is said then. */
export type Lacks = Readonly<Record<string, readonly [why: string, says: RegExp]>>;

/**
 * Registers every case of the storage suite. One that is among `lacks` must fail as stated there, or the line has to go.
 *
 * @param open makes an empty bucket and gives the options for it
 */
export function describeDialect<Name extends DialectName>(
  dialect: Name,
  lacks: Lacks,
  open: () => Promise<Omit<OptionsOf<typeof s3>, 'dialect' | 'lane'>>,
): void {
  for (const lane of ['lean', 'sdk'] as const) {
    const harness = {
      // All of it in CI; less where somebody waits for it.
      ...(process.env.CI !== 'true' && { largeBytes: 16 * 1024 * 1024 }),
      async open() {
        const options = { ...(await open()), dialect, lane };
        const [one, other] = [createIntegration(s3, { options }), createIntegration(s3, { options })];
        return {
          driver: s3Driver(one, { dialect }),
          again: s3Driver(other, { dialect }),
          async close() {
            await one[Symbol.asyncDispose]();
            await other[Symbol.asyncDispose]();
          },
        };
      },
    };
    describe(`the driver on the ${lane} lane is an object store`, () => {
      for (const each of storageCases) {
        const lack = lacks[each.id];
        const name = lack === undefined ? each.title : `${each.title}: no, ${lack[0]}`;
        it(`${name} (${each.id})`, { timeout: 120_000 }, async ({ skip }) => {
          const { outcome, says = '' } = await runStorageCase(each, harness);
          if (outcome === 'not applicable') skip(says);
          if (lack !== undefined) expect([outcome, says]).toEqual(['failed', expect.stringMatching(lack[1])]);
          else if (outcome === 'failed') throw new Error(says);
        });
      }
    });
  }
}
