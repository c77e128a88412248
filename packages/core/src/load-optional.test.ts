import { expect, it } from 'vitest';
import { isIntegrationError } from './errors.ts';
import { loadOptional } from './load-optional.ts';

it('gives the package that is there', async () => {
  expect(await loadOptional('node:path', 'joining', () => import('node:path'))).toHaveProperty('join');
});

it('says what a missing package is for, and how to install it', async () => {
  const load = () => import(String('@im/not-there'));
  const error = await loadOptional('@im/not-there', 'dreaming', load).catch((thrown: unknown) => thrown);
  expect(isIntegrationError(error) && error).toMatchObject({
    code: 'failed_precondition',
    message:
      'dreaming needs the package @im/not-there, which cannot be loaded; install it: npm install @im/not-there',
    cause: expect.objectContaining({ code: 'ERR_MODULE_NOT_FOUND' }),
  });
});
