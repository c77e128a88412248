/** The definition as data, and what may happen before the first operation. */
import { isDeepStrictEqual } from 'node:util';
import {
  type AnyDefinition,
  contractVersions,
  errorCodes,
  parseOptions,
  Secret,
  secretPaths,
} from '@im/core';
import { createVirtualClock } from '../clock.ts';
import { connectByHand } from './connect.ts';
import { optionsWithout, readableOptions } from './options.ts';
import { settle } from './settle.ts';
import { type ConformanceCase, notApplicable, Problems } from './types.ts';
import { watchProcess } from './watch.ts';

const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const hostName = /^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/;
const isHttps = (text: string) => URL.canParse(text) && new URL(text).protocol === 'https:';

/** Options by these names are credentials in every API we know. */
const secretName = /(secret|password|passphrase|privateKey|apiKey|accessToken|refreshToken)$/i;

export const definitionCases: readonly ConformanceCase[] = [
  {
    id: 'C-001',
    must: 'M-01',
    title: 'the definition names itself, its contract and the vendor’s documentation',
    run: async ({ definition }) => {
      const problems = new Problems();
      problems.expect(kebabCase.test(definition.id), `id ${JSON.stringify(definition.id)} is not kebab case`);
      problems.expect(definition.title.trim() !== '', 'title is empty');
      problems.expect(
        contractVersions.includes(definition.contract),
        `contract ${definition.contract} is not known`,
      );
      problems.expect(
        isHttps(definition.docs),
        `docs ${JSON.stringify(definition.docs)} is not an https address`,
      );
      problems.report();
    },
  },
  {
    id: 'C-002',
    must: 'M-01',
    title: 'egress lists plain host names, and at least one where there is a fake of a service',
    run: async ({ definition, harness }) => {
      const problems = new Problems();
      for (const host of definition.egress)
        problems.expect(hostName.test(host), `egress ${JSON.stringify(host)} is not a host name`);
      problems.expect(
        harness.startFake === undefined || definition.egress.length > 0,
        'egress is empty, yet there is a service',
      );
      problems.report();
    },
  },
  {
    id: 'C-003',
    must: 'M-01',
    title: 'the error table links the vendor’s page, and each row has a condition and a canonical code',
    run: async ({ definition: { errors } }) => {
      const problems = new Problems();
      problems.expect(
        isHttps(errors.docs),
        `errors.docs ${JSON.stringify(errors.docs)} is not an https address`,
      );
      for (const [index, row] of errors.rows.entries()) {
        problems.expect(
          errorCodes.includes(row.code),
          `errors.rows[${index}]: ${row.code} is no canonical code`,
        );
        problems.expect(
          row.status !== undefined || row.reason !== undefined,
          `errors.rows[${index}] has no condition`,
        );
        const same = errors.rows.findIndex((other) =>
          isDeepStrictEqual([other.status, other.reason], [row.status, row.reason]),
        );
        problems.expect(
          same === index,
          `errors.rows[${index}] is never reached: rows[${same}] has the same condition`,
        );
      }
      problems.report();
    },
  },
  {
    id: 'C-004',
    must: 'M-02',
    title: 'connecting opens nothing: no connection, no lookup, no file, no timer',
    run: async ({ definition, harness }) => {
      const clock = createVirtualClock();
      await using fake = (await harness.startFake?.({ clock })) ?? {
        options: () => harness.options,
        [Symbol.asyncDispose]: async () => {},
      };
      using watch = watchProcess();
      const { closers } = watch.run(() => connectByHand(definition, fake.options(), { clock }));
      await settle();
      const problems = new Problems();
      for (const kind of new Set(watch.kinds())) problems.add(`connecting began a ${kind}`);
      problems.expect(clock.pending === 0, `connecting started ${clock.pending} timers of the clock`);
      for (const close of closers.toReversed()) await close();
      problems.report();
    },
  },
  {
    id: 'C-005',
    must: 'M-03',
    title: 'an unknown option and every missing secret are refused in one error',
    run: async (suite) => {
      const options = await readableOptions(suite);
      const missing = secretPaths(suite.definition.options).filter(
        (path) => path.length === 1 && isRequired(suite.definition, options, path[0] ?? ''),
      );
      const broken = {
        ...optionsWithout(
          options,
          missing.map(([name]) => name ?? ''),
        ),
        unknownOption: 1,
      };
      const fault = faultOf(() => parseOptions(suite.definition, broken));
      if (fault === undefined) throw new Error('an unknown option was accepted');
      const problems = new Problems();
      for (const name of ['unknownOption', ...missing.map((path) => path.join('.'))]) {
        problems.expect(fault.message.includes(name), `the error does not name ${name}`);
      }
      problems.report();
    },
  },
  {
    id: 'C-006',
    must: 'M-03',
    title: 'options that are credentials by their name are secrets by their type',
    run: async (suite) => {
      const checked = parseOptions(suite.definition, await readableOptions(suite)) as Readonly<
        Record<string, unknown>
      >;
      const problems = new Problems();
      for (const [name, value] of Object.entries(checked)) {
        const isPlain =
          secretName.test(name) && value !== undefined && value !== null && !(value instanceof Secret);
        problems.expect(
          !isPlain || typeof value === 'function' || typeof value === 'boolean',
          `option ${name} is no secret(): it would print`,
        );
      }
      problems.report();
    },
  },
  {
    id: 'C-007',
    must: 'M-04',
    title: 'every operation has a sample, and every sample an operation',
    run: async ({ operations, harness }) => {
      const problems = new Problems();
      for (const name of Object.keys(operations))
        problems.expect(name in harness.samples, `${name} has no sample`);
      for (const name of Object.keys(harness.samples))
        problems.expect(name in operations, `sample ${name} belongs to no operation`);
      problems.report();
    },
  },
  {
    id: 'C-008',
    must: 'M-04',
    title: 'every sample succeeds, and the fake knows every request that it makes',
    run: async (suite) => {
      const problems = new Problems();
      for (const [name, { error, exchanges }] of await suite.profiles()) {
        if (error !== undefined)
          problems.add(`${name}: ${error instanceof Error ? error.message : String(error)}`);
        for (const { unmatched, method, target } of exchanges) {
          problems.expect(
            unmatched !== true,
            `${name}: the fake has no route for ${method} ${target.split('?')[0]}`,
          );
        }
      }
      problems.report();
    },
  },
  {
    id: 'C-009',
    must: 'M-05',
    title: 'an operation tagged read sends no PUT, PATCH or DELETE',
    run: async (suite) => {
      if (suite.harness.startFake === undefined) notApplicable('it talks to nobody');
      const problems = new Problems();
      for (const [name, { exchanges }] of await suite.profiles()) {
        if (suite.effect(name) !== 'read') continue;
        for (const { method } of exchanges) {
          problems.expect(!/^(PUT|PATCH|DELETE)$/.test(method), `${name} is tagged read and sends ${method}`);
        }
      }
      problems.report();
    },
  },
];

/** Whether options without `name` are refused. */
function isRequired(
  definition: AnyDefinition,
  options: Readonly<Record<string, unknown>>,
  name: string,
): boolean {
  return faultOf(() => parseOptions(definition, optionsWithout(options, [name]))) !== undefined;
}

function faultOf(run: () => unknown): Error | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
