// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so.
import { describe, expect, it } from 'vitest';
import { Secret } from '../secret.ts';
import { parseReferences } from './references.ts';
import { readSecrets, resolve, secretsIn } from './resolve.ts';
import type { SourceScalar } from './source.ts';

const env = { HOST: 'api.test', PORT: '80', EMPTY: '' };
const secrets = new Map([
  ['db/key', { secret: new Secret('k3y') }],
  ['gone', { says: 'is gone', remedy: 'bring it back' }],
]);

function scalar(value: string, written = value): SourceScalar {
  return { kind: 'scalar', value, place: { line: 5, column: 10 }, written };
}

function outcome(text: string) {
  const { value, faults } = resolve(scalar(text), { env, secrets });
  return {
    value: value instanceof Secret ? { secret: value.reveal() } : value,
    says: faults.map(({ says }) => says),
  };
}

describe('references in a text', () => {
  it.each<readonly [string, unknown]>([
    ['plain', 'plain'],
    ['costs $5 {a}', 'costs $5 {a}'],
    ['${env:HOST}', 'api.test'],
    ['https://${env:HOST}:${env:PORT}/', 'https://api.test:80/'],
    ['${env:NOPE:-8080}', '8080'],
    ['${env:EMPTY:-full}', 'full'],
    ['${env:NOPE:-}', ''],
    ['${env:NOPE:-${env:HOST}}', 'api.test'],
    ['${env:NOPE:-a ${env:NO:-b} c}!', 'a b c!'],
    ['${env:HOST:-${env:NOPE}}', 'api.test'],
    ['$${env:HOST}', '${env:HOST}'],
    ['a$$${env:HOST}', 'a$${env:HOST}'],
    ['${secret:db/key}', { secret: 'k3y' }],
    ['${secret: db/key }', { secret: 'k3y' }],
    ['postgres://u:${secret:db/key}@${env:HOST}/', { secret: 'postgres://u:k3y@api.test/' }],
    ['${env:NOPE:-${secret:db/key}}', { secret: 'k3y' }],
  ])('%s is resolved', (text, expected) => {
    expect(outcome(text)).toEqual({ value: expected, says: [] });
  });

  it.each<readonly [string, readonly string[]]>([
    ['${env:NOPE}', ['refers to an environment variable that is not set']],
    ['${env:EMPTY}', ['refers to an environment variable that is not set']],
    ['${env:toString}', ['refers to an environment variable that is not set']],
    [
      '${env:NOPE} ${env:NO}',
      [
        'refers to an environment variable that is not set',
        'refers to an environment variable that is not set',
      ],
    ],
    ['${secret:gone}', ['is gone']],
    ['${secret:never/read}', ['refers to a secret where none can be']],
    ...[
      '${foo}',
      '${env:}',
      '${env:A B}',
      '${env:A-B}',
      '${secret:}',
      '${secret: }',
      '${ENV:HOST}',
      '${}',
      '${secret:a:-b}',
    ].map((text) => [text, [expect.stringMatching(/^has a reference that is neither/)]] as const),
    ...['${env:HOST', '${env:HOST:-x', '${', '${env:A:-${env:HOST}'].map(
      (text) => [text, ['has a reference without its }']] as const,
    ),
  ])('%s is a fault', (text, says) => {
    expect(outcome(text).says).toEqual(says);
  });

  it('keep everything around them', () => {
    const parts = parseReferences('a ${env:B} $${c} ${secret:d}');
    expect(parts).toEqual([
      { kind: 'text', text: 'a ' },
      { kind: 'env', name: 'B', otherwise: undefined, at: 2 },
      { kind: 'text', text: ' ${c} ' },
      { kind: 'secret', path: 'd', at: 17 },
    ]);
  });

  it.each([
    ['a ${env:NOPE}', 'a ${env:NOPE}', '5:12'],
    ['a ${env:NOPE}', '"a ${env:NOPE}"', '5:13'],
    ['${env:HOST}${env:NOPE}', '${env:HOST}${env:NOPE}', '5:21'],
    ['$${x} ${env:NOPE}', "'$${x} ${env:NOPE}'", '5:17'],
    ['one ${env:NOPE}\n', '|\n      one ${env:NOPE}\n', '6:11'],
    ['${env:NOPE}', '"\\x24{env:NOPE}"', '5:10'],
  ])('%j written as %j is placed at %s', (value, written, place) => {
    const [fault] = resolve(scalar(value, written), { env, secrets }).faults;
    expect(`${fault?.at.line}:${fault?.at.column}`).toBe(place);
  });
});

describe('reading secrets', () => {
  it('finds every path, also in defaults', () => {
    expect(secretsIn(scalar('${secret:a} ${env:X:-${secret:b}} $${secret:c}'))).toEqual(['a', 'b']);
  });

  it('asks for each path once, and for some at a time', async () => {
    const asked: string[] = [];
    let [open, most] = [0, 0];
    const paths = Array.from({ length: 100 }, (_, index) => `p${index % 50}`);
    const outcomes = await readSecrets(
      paths,
      async (path) => {
        asked.push(path);
        open += 1;
        most = Math.max(most, open);
        await Promise.resolve();
        open -= 1;
        return path;
      },
      undefined,
    );
    expect([asked.length, outcomes.size]).toEqual([50, 50]);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(16);
  });

  it('turns a failure into a fault that does not repeat a foreign message', async () => {
    const outcomes = await readSecrets(
      ['a', 'b'],
      (path) => {
        if (path === 'b') return '';
        throw new RangeError('the token hvs.canary was refused');
      },
      undefined,
    );
    expect(outcomes.get('a')).toMatchObject({
      says: 'refers to the secret a, which could not be read (RangeError)',
    });
    expect(outcomes.get('b')).toMatchObject({ says: 'refers to the secret b, which is empty' });
    expect(JSON.stringify([...outcomes])).not.toContain('canary');
  });

  it('ends at once when aborted, with the reason, though the store never answers', async () => {
    const controller = new AbortController();
    const asked = Promise.withResolvers<void>();
    const reading = readSecrets(
      ['a'],
      () => {
        asked.resolve();
        return new Promise<string>(() => {});
      },
      controller.signal,
    );
    await asked.promise;
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});
