import { ConfigurationError, IntegrationError } from '@im/core';
import { describe, expect, it } from 'vitest';
import { CommandError, Interrupted, loadPeer, toFailure } from './failure.ts';

const of = (
  code: 'unavailable' | 'not_found' | 'resource_exhausted' | 'deadline_exceeded' | 'invalid_argument',
) =>
  new IntegrationError('it failed', {
    code,
    provider: 'p',
    operation: 'o',
    remedy: 'do this',
    effect: 'unknown',
  });

describe('a failure', () => {
  it.each([
    [new CommandError('x', { code: 'usage', exitCode: 2 }), 2, 'usage'],
    [new ConfigurationError([{ path: 'a', says: 'is missing', remedy: 'add it' }]), 3, 'configuration'],
    [of('unavailable'), 4, 'unavailable'],
    [of('deadline_exceeded'), 4, 'deadline_exceeded'],
    [of('resource_exhausted'), 4, 'resource_exhausted'],
    [of('not_found'), 1, 'not_found'],
    [of('invalid_argument'), 1, 'invalid_argument'],
    [new Interrupted('SIGINT'), 130, 'interrupted'],
    [new Interrupted('SIGTERM'), 143, 'interrupted'],
    [new Error('odd'), 1, 'unknown'],
    ['a text', 1, 'unknown'],
  ])('%s ends with %i and has the code %s', (error, exitCode, code) => {
    expect(toFailure(error)).toMatchObject({ exitCode, code });
  });

  it('of an integration says what its error says, the remedy once', () => {
    expect(toFailure(of('not_found'))).toMatchObject({
      message: 'p.o: it failed',
      remedy: 'do this',
      provider: 'p',
      operation: 'o',
      effect: 'unknown',
      retryable: false,
    });
  });

  it('of a peer that is not installed names the command that installs it, and has a code of its own', async () => {
    const missing = loadPeer('@im/nothing', 'the test', () => import(`@im/${'nothing'}`));
    const failure = toFailure(await missing.catch((error: unknown) => error));
    expect(failure).toEqual({
      code: 'missing_package',
      exitCode: 5,
      message: 'the test needs the package @im/nothing, which cannot be loaded',
      remedy: 'install it: npm install @im/nothing',
    });
  });
});
