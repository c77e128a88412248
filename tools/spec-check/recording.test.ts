import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { type Exchange, findRecordings, readExchanges } from './recording.ts';

const line = (target: string) =>
  `${JSON.stringify({ method: 'GET', target, requestHeaders: {}, requestBody: 'YQ==', responseHeaders: {}, responseBody: '' })}\n`;

async function all(files: readonly string[]): Promise<Exchange[]> {
  const found: Exchange[] = [];
  for await (const exchange of readExchanges(files)) found.push(exchange);
  return found;
}

test('recordings are found by provider, whichever processes made them', async () => {
  using folder = temporaryFolder({
    'aws-s3-12.ndjson': line('/a') + line('/b'),
    'aws-s3-7.ndjson': `${line('/c')}\n`,
    'aws-sqs-7.ndjson': line('/d'),
    'notes.txt': '',
  });
  const found = findRecordings(folder.path);
  expect([...found.keys()]).toEqual(['aws-s3', 'aws-sqs']);
  const exchanges = await all(found.get('aws-s3') ?? []);
  expect(exchanges.map(({ target }) => target)).toEqual(['/a', '/b', '/c']);
  expect(Buffer.from(exchanges[0]?.requestBody ?? []).toString()).toBe('a');
});

test('a line that is no recording is named', async () => {
  using folder = temporaryFolder({ 'aws-s3-1.ndjson': `${line('/a')}{"method":` });
  await expect(all([join(folder.path, 'aws-s3-1.ndjson')])).rejects.toThrow(
    /^aws-s3-1\.ndjson:2: not a recording/,
  );
});
