import { describe, expect, it } from 'vitest';
import { collector, im, project } from './__tests__/im.ts';
import { exitCodes, Interrupted } from './index.ts';

const errorIn = (stderr: string) => (JSON.parse(stderr) as { error: Record<string, unknown> }).error;

describe('the command line', () => {
  it('shows what there is when nothing is asked for, and for --help', async () => {
    const [bare, help] = [await im([]), await im(['--help'])];
    expect(bare).toEqual(help);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/doctor .*\n[\s\S]*call .*\n[\s\S]*config .*\n/);
    expect(help.stderr).toBe('');
  });

  it('tells its version', async () => {
    expect((await im(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('shows examples in the help of a command', async () => {
    const { code, stdout } = await im(['config', 'explain', '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Usage: im config explain [options] [path]');
    expect(stdout).toMatch(/Examples:\n {2}im config explain spotify\.options +# /);
  });

  it.each([
    [['lsit'], "unknown command 'lsit'", 'Did you mean list?'],
    [['config', 'explian'], "unknown command 'explian'", 'Did you mean explain?'],
    [['list', '--jsno'], "unknown option '--jsno'", 'Did you mean --json?'],
    [['call', 'notes'], "missing required argument 'operation'", 'add --help'],
    [['completion', 'tcsh'], "'tcsh' is invalid", 'Allowed choices are bash, zsh, fish'],
    [['list', 'one', 'two'], 'too many arguments', 'add --help'],
    [['health', '--every', '5'], '--every <time> wants a length of time, not "5"', 'write 500ms, 2s or 1m'],
    [['serve', '--port', '70000'], '--port <number> wants a whole number from 0 to 65535', ''],
    [['config'], 'a command is missing', 'im --help'],
  ])('refuses %j with 2, and says what was meant', async (argv, says, remedy) => {
    const { code, stdout, stderr } = await im(argv);
    expect([code, stdout]).toEqual([exitCodes.usage, '']);
    expect(stderr).toContain(says);
    expect(stderr).toContain(remedy);
  });

  it('writes errors as JSON too, one document with a code', async () => {
    const { code, stdout, stderr } = await im(['--json', 'lsit']);
    expect([code, stdout]).toEqual([2, '']);
    expect(errorIn(stderr)).toEqual({
      code: 'usage',
      exitCode: 2,
      message: "unknown command 'lsit'",
      remedy: 'Did you mean list?',
    });
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends by %s with %i and says no more', async (name, code) => {
    const stop = new AbortController();
    stop.abort(new Interrupted(name));
    expect(await im(['check'], { cwd: project(), signal: stop.signal })).toEqual({
      code,
      stdout: '',
      stderr: '',
    });
  });
});

describe('colours', () => {
  const terminal = { isTTY: true, columns: 80 };
  const helpWith = async (env: Record<string, string>, argv: readonly string[] = [], isTTY = true) => {
    const stdout = collector(isTTY ? terminal : {});
    return (await im(['check', '--help', ...argv], { env, stdout })).stdout.includes('\x1b[');
  };

  it('are there on a terminal, and by FORCE_COLOR also elsewhere', async () => {
    expect(await helpWith({})).toBe(true);
    expect(await helpWith({}, [], false)).toBe(false);
    expect(await helpWith({ FORCE_COLOR: '1' }, [], false)).toBe(true);
    expect(await helpWith({ FORCE_COLOR: '0' })).toBe(false);
  });

  it('are gone by NO_COLOR, --no-color and on a terminal that has none', async () => {
    expect(await helpWith({ NO_COLOR: '1', FORCE_COLOR: '1' })).toBe(false);
    expect(await helpWith({ NO_COLOR: '' })).toBe(true);
    expect(await helpWith({}, ['--no-color'])).toBe(false);
    expect(await helpWith({ TERM: 'dumb' })).toBe(false);
  });
});
