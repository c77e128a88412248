/**
 * Loads packages of AWS's SDK, which are optional peers, without what they leave behind: their `@aws/lambda-invoke-store`
 * puts an object `awslambda` on the globals of every process, though only Lambda's own runtime has a use for it there.
 */
import { loadOptional, requireOptional } from '@im/core';

/**
 * @param load `() => import('@aws-sdk/client-sqs')`, written out, so that bundlers and type checkers see it
 * @throws `IntegrationError` `failed_precondition` with the command that installs it
 */
export async function loadSdk<Module>(
  name: string,
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  const clean = noting();
  try {
    return await loadOptional(name, purpose, load);
  } finally {
    clean();
  }
}

/** The same at once. @throws `IntegrationError` `failed_precondition` with the command that installs it */
export function requireSdk<Module>(name: string, purpose: string): Module {
  const clean = noting();
  try {
    return requireOptional<Module>(name, purpose, import.meta.url);
  } finally {
    clean();
  }
}

/** Takes the global away again if it was not there before. */
function noting(): () => void {
  const wasThere = 'awslambda' in globalThis;
  return () => {
    if (!wasThere) Reflect.deleteProperty(globalThis, 'awslambda');
  };
}
