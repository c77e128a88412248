/** Integrations with the harness that proves them: of an installed package, of a package's folder, or of one file. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AnyDefinition } from '@im/core';
import { discover } from '@im/core/config';
import type { Harness } from '@im/testing';
import { unknownName } from './configuration.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandError, usageError } from './failure.ts';

/** One integration that can be put to the test. */
export interface Subject {
  /** As it was found: `@im/aws/s3`, `./crm.ts`. */
  readonly from: string;
  /** Of a package: its folder, and the subpath of the integration in it: `.`, `./s3`. */
  readonly package?: { readonly folder: string; readonly subpath: string };
  readonly definition: AnyDefinition;
  readonly harness: Harness<AnyDefinition>;
}

/**
 * Loads what `wanted` names: the id or the name of an installed package or of one of its subpaths, or a path.
 *
 * @throws {@link CommandError} when there is none, or it cannot be loaded
 */
export async function loadSubjects(wanted: string, cwd: string): Promise<readonly Subject[]> {
  const path = resolve(cwd, wanted);
  const isPath = /^\.{0,2}[\\/]|^\.{1,2}$|^[a-z]:[\\/]/i.test(wanted);
  if (isPath && existsSync(join(path, 'package.json'))) return ofFolder(path);
  if (isPath) return [await ofFile(path, wanted)];
  const { integrations } = await discover(cwd);
  const found = integrations.filter(
    (one) => [one.package, one.specifier, one.id].includes(wanted) || one.specifier === `@im/${wanted}`,
  );
  if (found.length === 0)
    throw unknownName(
      'installed integration',
      wanted,
      integrations.map((one) => one.specifier.replace(/^@im\//, '')),
    );
  return Promise.all(
    found.map((one) =>
      ofPackage(one.path, `.${one.specifier.slice(one.package.length)}`, one.specifier, one.export),
    ),
  );
}

async function ofFile(path: string, wanted: string): Promise<Subject> {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw usageError(`${wanted} is neither a package nor a file`, 'name a package, its folder, or a file');
  const module = await load(path, wanted);
  const definition = Object.values(module).find(isDefinition);
  const harness = Object.values(module).find(isHarness);
  if (definition !== undefined && harness !== undefined) return { from: wanted, definition, harness };
  throw broken(wanted, 'does not export both an integration and its harness', 'export both from the file');
}

async function ofFolder(folder: string): Promise<readonly Subject[]> {
  const { name, im } = readManifest(folder);
  const declared = typeof im?.integration === 'string' ? { '.': im.integration } : im?.integration;
  if (name === undefined || declared === undefined)
    throw broken(
      folder,
      'declares no integration',
      'add "im": { "integration": "<export>" } to its package.json',
    );
  return Promise.all(
    Object.entries(declared).map(([subpath, exported]) =>
      ofPackage(folder, subpath, `${name}${subpath.slice(1)}`, exported),
    ),
  );
}

interface Manifest {
  readonly name?: string;
  readonly im?: { readonly integration?: string | Readonly<Record<string, string>> };
}

function readManifest(folder: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch (cause) {
    throw broken(join(folder, 'package.json'), 'is not JSON', 'mend it', cause);
  }
}

/** A package may import itself by its name, so its own folder is where its entries are looked up. */
async function ofPackage(
  folder: string,
  subpath: string,
  specifier: string,
  exported: string,
): Promise<Subject> {
  const entry = (name: string): string => {
    try {
      return createRequire(join(folder, 'package.json')).resolve(name);
    } catch (cause) {
      throw broken(
        name,
        'cannot be found',
        'build the package; a provider exports ./testing with its harness',
        cause,
      );
    }
  };
  const [main, testing] = [entry(specifier), entry(`${specifier}/testing`)];
  const definition = (await load(main, specifier))[exported];
  const harness = Object.values(await load(testing, `${specifier}/testing`)).find(isHarness);
  if (!isDefinition(definition))
    throw broken(specifier, `exports no integration named ${exported}`, 'correct `im.integration`');
  if (harness === undefined)
    throw broken(
      `${specifier}/testing`,
      'exports no harness',
      'export an object with `samples`, as @im/testing describes',
    );
  return { from: specifier, package: { folder, subpath }, definition, harness };
}

async function load(file: string, shown: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : 'it threw';
    throw broken(
      shown,
      `cannot be loaded: ${why}`,
      'install what it needs, such as npm install -D @im/testing',
      cause,
    );
  }
}

function isDefinition(value: unknown): value is AnyDefinition {
  return typeof value === 'object' && value !== null && 'connect' in value && 'contract' in value;
}

function isHarness(value: unknown): value is Harness<AnyDefinition> {
  return typeof value === 'object' && value !== null && 'samples' in value;
}

function broken(what: string, says: string, remedy: string, cause?: unknown): CommandError {
  return new CommandError(
    `${what} ${says}`,
    { code: 'failed_precondition', exitCode: exitCodes.wrong, remedy },
    { cause },
  );
}
