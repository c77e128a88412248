import { IntegrationError } from './errors.ts';

/**
 * Loads a package that is an optional peer, on first need.
 *
 * @param name as it is installed: `yaml`
 * @param purpose what needs it, the beginning of a sentence: `reading YAML`
 * @param load `() => import('yaml')`, written out at the caller, so that bundlers and type checkers see it
 * @throws {@link IntegrationError} `failed_precondition` with the command that installs it
 */
export async function loadOptional<Module>(
  name: string,
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (cause) {
    throw notLoaded(name, purpose, cause);
  }
}

/**
 * The same at once, for what cannot wait, such as `.native()`. Meant to stand inside {@link lazily}.
 *
 * @param from `import.meta.url` of the caller, from where the package is looked up
 * @throws {@link IntegrationError} `failed_precondition` with the command that installs it
 */
export function requireOptional<Module>(name: string, purpose: string, from: string): Module {
  try {
    return process.getBuiltinModule('node:module').createRequire(from)(name) as Module;
  } catch (cause) {
    throw notLoaded(name, purpose, cause);
  }
}

function notLoaded(name: string, purpose: string, cause: unknown): IntegrationError {
  return new IntegrationError(
    `${purpose} needs the package ${name}, which cannot be loaded`,
    { code: 'failed_precondition', remedy: `install it: npm install ${name}` },
    { cause },
  );
}
