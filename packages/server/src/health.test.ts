import type { Status } from '@im/core';
import { describe, expect, it } from 'vitest';
import { sample } from './__fixtures__/registry.ts';
import { judgeHub } from './health.ts';

const required = (status: Status) => sample({ name: `required ${status}`, status, required: true });
const optional = (status: Status) => sample({ name: `optional ${status}`, status });

describe('the health of the hub', () => {
  it.each([
    ['an empty hub', [], 'healthy', true],
    ['all healthy', [required('healthy'), optional('healthy')], 'healthy', true],
    ['one that starts on its first call', [optional('registered')], 'healthy', true],
    ['one taken out on purpose', [optional('healthy'), optional('disabled')], 'healthy', true],
    ['only ones taken out on purpose', [optional('disabled')], 'healthy', true],
    ['one degraded', [optional('healthy'), optional('degraded')], 'degraded', true],
    ['one of two unhealthy', [optional('healthy'), optional('unhealthy')], 'degraded', true],
    ['one stopped', [optional('healthy'), optional('stopped')], 'degraded', true],
    ['none usable', [optional('unhealthy'), optional('stopped')], 'unhealthy', false],
    ['the only one unhealthy', [optional('unhealthy')], 'unhealthy', false],
    ['a required one unhealthy', [optional('healthy'), required('unhealthy')], 'unhealthy', false],
    ['a required one disabled', [optional('healthy'), required('disabled')], 'unhealthy', false],
    ['a required one starting', [optional('healthy'), required('starting')], 'starting', false],
    ['a required one not started', [optional('healthy'), required('registered')], 'starting', false],
    ['a required one degraded', [required('degraded')], 'degraded', true],
  ] as const)('with %s is as the truth table says', (_, list, status, ready) => {
    expect(judgeHub(list, false, 0)).toMatchObject({ status, ready });
  });

  it('is draining, whatever else holds, once the hub shuts down', () => {
    expect(judgeHub([required('unhealthy')], true, 0)).toMatchObject({ status: 'draining', ready: false });
  });

  it('names the failing ones, required ones first, and no more than 20', () => {
    const list = [...Array.from({ length: 30 }, () => optional('unhealthy')), required('stopped')];
    const { failing } = judgeHub(list, false, 0);
    expect(failing).toHaveLength(20);
    expect(failing[0]).toMatchObject({ status: 'stopped', required: true });
  });
});
