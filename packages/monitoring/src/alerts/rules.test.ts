import { ConfigurationError } from '@im/core';
import { describe, expect, it } from 'vitest';
import { createHub, loud, recorder, signals } from './__tests__/hub.ts';
import { defaultAlertRules } from './default-rules.ts';
import { matches } from './match.ts';
import { readAlertRules } from './read-rules.ts';
import { parseAlertRules } from './rules.ts';

/** The faults of what is refused, a line each. */
function faultsOf(work: () => unknown): readonly string[] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults.map(({ path, says }) => `${path} ${says}`);
    throw error;
  }
  return [];
}

describe('rules', () => {
  it('are read from YAML, with times as Prometheus writes them', () => {
    const [rule] = readAlertRules(`
rules:
  - name: SlowShop
    kind: threshold
    severity: warning
    signal: failed_share
    over: 1h30m
    op: '>'
    value: 0.2
    clear: 0.1
    for: 90s
    match: { tenant: [acme, 'b*'] }
    summary: '{integration} fails'
    action: Look.
`);
    expect(rule).toMatchObject({ name: 'SlowShop', over: 5_400_000, for: 90_000, keepFiring: 0, clear: 0.1 });
  });

  it('are refused with every fault at once, each with its place', () => {
    const broken = [
      { ...loud, op: '=>', for: '5 minutes' },
      { ...loud, name: 'not a name', colour: 'red' },
      { ...loud, kind: 'burn_rate' },
    ];
    const faults = faultsOf(() => parseAlertRules(broken, signals));
    for (const fault of [
      'rules[0].op',
      'rules[0].for is no duration',
      'rules[1].name is no name',
      'rules[1] has the unknown key "colour"',
      'rules[2].objective',
    ])
      expect(
        faults.some((one) => one.startsWith(fault)),
        `${fault} in ${faults.join('\n')}`,
      ).toBe(true);
  });

  it('are refused when they cannot mean anything', () => {
    const rules = [
      { ...loud, signal: 'nois' },
      { ...loud, signal: 'bangs' },
      { ...loud, over: '5m' },
      { ...loud, clear: 11 },
      { ...loud, signal: 'bangs', over: '6d' },
      { ...loud, signal: 'bangs', over: '1d', op: '<' },
    ];
    expect(faultsOf(() => parseAlertRules(rules, signals))).toEqual([
      'rules[0].signal is no known signal',
      'rules[1].over is missing',
      'rules[2].over is of no use',
      'rules[3].clear is harder to hold than `value`',
      'rules[4].over reaches back more than 5d',
      'rules[5].op cannot be seen',
    ]);
    expect(faultsOf(() => readAlertRules('rules: [\n  a: b', { file: 'mine.yaml' }))[0]).toContain(
      'is no YAML',
    );
  });

  it('take the place of earlier ones of the same name', () => {
    const own = { ...loud, name: 'IntegrationDown' };
    const rules = parseAlertRules([...defaultAlertRules, own], signals);
    expect(rules).toHaveLength(defaultAlertRules.length);
    expect(rules.find(({ name }) => name === 'IntegrationDown')).toMatchObject({ signal: 'noise' });
  });

  it('name channels that exist', async () => {
    const routes = [{ name: 'all', steps: [{ channels: ['pager'] }] }];
    expect(() => createHub({ channels: { chat: recorder() }, routes })).toThrow(
      'names "pager", which is no channel',
    );
  });
});

describe('patterns', () => {
  it.each([
    ['acme', 'acme', true],
    ['acme', 'acme2', false],
    ['*', '', true],
    ['a*e', 'acme', true],
    ['a*a', 'a', false],
    ['*b*b*', 'abcb', true],
    ['*b*b*', 'abc', false],
    ['a.me', 'acme', false],
  ])('%s on %s: %s', (pattern, text, fits) => {
    expect(matches({ tenant: pattern }, { tenant: text })).toBe(fits);
  });

  it('do not mistake what every object has for a label', () => {
    expect(matches({ constructor: 'x' }, {})).toBe(false);
    expect(matches({ constructor: '' }, {})).toBe(true);
  });

  it('take no time, however many stars they have', () => {
    expect(matches({ tenant: `${'*a'.repeat(2_000)}b` }, { tenant: 'a'.repeat(20_000) })).toBe(false);
  });
});
