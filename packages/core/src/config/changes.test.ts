import { describe, expect, it } from 'vitest';
import { bell, definition, radio, radioOptions } from '../__tests__/sample-definitions.ts';
import { type LoadedConfig, loadConfig } from '../config.ts';
import { IntegrationError } from '../errors.ts';
import type { TenantSettings } from '../registry/types.ts';
import { applyChanges, type ChangedRegistry } from './changes.ts';

const definitions = [radio, bell];

function load(text: string, env = {}, known = definitions): Promise<LoadedConfig> {
  return loadConfig({ text, name: 'im.yaml' }, { env, definitions: known });
}

/** Stands in for the registry: writes down what is asked of it, and refuses what it is told to. */
function createRecorder(refused: readonly string[] = []) {
  const calls: string[] = [];
  const settings = new Map<string, TenantSettings>();
  const record = (call: string): void => {
    calls.push(call);
    if (refused.includes(call)) throw new IntegrationError('refused', { code: 'unauthenticated' });
  };
  const at = ({
    tenant,
    name,
  }: {
    readonly tenant?: string | undefined;
    readonly name?: string | undefined;
  }) => `${tenant}/${name}`;
  const registry: ChangedRegistry = {
    register: (made, registration) => record(`register ${at(registration)} ${made.id}`),
    configureTenant: (tenant, given) => {
      settings.set(tenant, given);
      record(`configure ${tenant} ${JSON.stringify(given)}`);
    },
    tenant: (tenant) => ({ settings: settings.get(tenant) ?? {} }),
    unregister: async (ref) => record(`unregister ${at(ref)}`),
    enable: async (ref) => record(`enable ${at(ref)}`),
    disable: async (ref) => record(`disable ${at(ref)}`),
    reconfigure: async (_definition, ref) => record(`reconfigure ${at(ref)}`),
  };
  return { registry, calls };
}

const two = `
settings: { slaTarget: 0.9 }
integrations:
  radio: { options: { clientId: abc, clientSecret: one } }
tenants:
  acme: { integrations: { bell: } }
`;

describe('a configuration', () => {
  it('registers all it has, after the settings of its tenants', async () => {
    const { registry, calls } = createRecorder();
    await (await load(two)).apply(registry);
    expect(calls).toEqual([
      'configure default {"slaTarget":0.9}',
      'configure acme {}',
      'register default/radio radio',
      'register acme/bell bell',
    ]);
  });

  it('takes back what it registered when a later one is refused', async () => {
    const { registry, calls } = createRecorder(['register acme/bell bell']);
    await expect((await load(two)).apply(registry)).rejects.toThrow('refused');
    expect(calls.slice(3)).toEqual([
      'register acme/bell bell',
      'unregister default/radio',
      'configure default {}',
      'configure acme {}',
    ]);
  });

  it.each<readonly [string, string, readonly string[]]>([
    ['nothing', two, []],
    ['nothing but places and comments', `# moved\n\n${two.replace('abc', "'abc'")}`, []],
    ['a secret', two.replace('one', 'other'), ['reconfigure default/radio']],
    ['an option', two.replace('abc', 'abcd'), ['reconfigure default/radio']],
    [
      'resilience',
      two.replace('options:', 'resilience: { timeoutMs: 5 }, options:'),
      ['reconfigure default/radio'],
    ],
    [
      'a settled target, which instances do not hold',
      two.replace('0.9', '0.8'),
      ['configure default {"slaTarget":0.8}'],
    ],
    [
      'resilience of a tenant, which its instances hold',
      two.replace('slaTarget: 0.9', 'resilience: { timeoutMs: 5 }'),
      ['configure default {"resilience":{"timeoutMs":5}}', 'reconfigure default/radio'],
    ],
    [
      'one that is gone, with its tenant',
      two.replace(/tenants:[\s\S]*/, ''),
      ['configure acme {}', 'unregister acme/bell'],
    ],
    [
      'one that is new',
      two.replace('bell:', 'bell: , second: { use: bell }, third: { use: bell, enabled: false }'),
      ['register acme/second bell', 'enable acme/second', 'register acme/third bell'],
    ],
    ['one that is switched off', two.replace('bell: ', 'bell: { enabled: false } '), ['disable acme/bell']],
    [
      'one that is required now',
      two.replace('bell: ', 'bell: { required: true } '),
      ['unregister acme/bell', 'register acme/bell bell', 'enable acme/bell'],
    ],
    [
      'another provider under the same name',
      two.replace('bell: ', 'bell: { use: radio, options: { clientId: abc, clientSecret: x } } '),
      ['unregister acme/bell', 'register acme/bell radio', 'enable acme/bell'],
    ],
  ])('changes in a running registry only what is different: %s', async (_what, text, expected) => {
    const [from, to] = [await load(two), await load(text)];
    const { registry, calls } = createRecorder();
    const report = await applyChanges(registry, from, to);
    expect(calls).toEqual(expected);
    expect(report.failed).toEqual([]);
    expect(from.diff(to).empty).toBe(expected.length === 0);
  });

  it('switches one on with the options it has now', async () => {
    const off = two.replace('bell: ', 'bell: { enabled: false } ');
    const { registry, calls } = createRecorder();
    await applyChanges(registry, await load(off), await load(two));
    expect(calls).toEqual(['unregister acme/bell', 'register acme/bell bell', 'enable acme/bell']);
  });

  it('sees a definition that was exchanged', async () => {
    const { registry, calls } = createRecorder();
    const [from, to] = [await load(two), await load(two, {}, [definition('radio', radioOptions), bell])];
    await applyChanges(registry, from, to);
    expect(calls).toEqual([
      'unregister default/radio',
      'register default/radio radio',
      'enable default/radio',
    ]);
  });

  it('reports what failed and goes on', async () => {
    const to = two.replace('one', 'other').replace('bell:', 'bell: , second: { use: bell }');
    const { registry, calls } = createRecorder(['reconfigure default/radio']);
    const report = await applyChanges(registry, await load(two), await load(to));
    expect(report).toMatchObject({
      done: ['acme/second'],
      failed: [{ tenant: 'default', name: 'radio', error: { code: 'unauthenticated' } }],
    });
    expect(calls).toEqual(['reconfigure default/radio', 'register acme/second bell', 'enable acme/second']);
  });

  it('puts the old one back when the new one is refused', async () => {
    const to = two.replace('bell: ', 'bell: { use: radio, options: { clientId: abc, clientSecret: x } } ');
    const { registry, calls } = createRecorder(['register acme/bell radio']);
    const report = await applyChanges(registry, await load(two), await load(to));
    expect(report.failed).toHaveLength(1);
    expect(calls).toEqual([
      'unregister acme/bell',
      'register acme/bell radio',
      'register acme/bell bell',
      'enable acme/bell',
    ]);
  });

  it('stops between two changes when aborted, with the reason', async () => {
    const controller = new AbortController();
    const { registry, calls } = createRecorder();
    const stopping: ChangedRegistry = {
      ...registry,
      reconfigure: async (...args) => {
        controller.abort(new Error('enough'));
        return registry.reconfigure(...args);
      },
    };
    const to = two.replace('one', 'other').replace('bell:', 'bell: , second: { use: bell }');
    await expect(
      applyChanges(stopping, await load(two), await load(to), { signal: controller.signal }),
    ).rejects.toThrow('enough');
    expect(calls).toEqual(['reconfigure default/radio']);
  });
});
