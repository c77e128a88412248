/** The Dockerfile: read into instructions, and judged by rules that are data. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../lib/fault.ts';

/** One instruction. */
export interface Instruction {
  /** From 1. */
  readonly line: number;
  /** In capitals: `RUN`. */
  readonly name: string;
  readonly value: string;
}

/** What follows one `FROM`. */
export interface Stage {
  readonly from: Instruction;
  readonly steps: readonly Instruction[];
}

/** A file as its stages. */
export interface Dockerfile {
  /** In front of the first stage. */
  readonly head: readonly Instruction[];
  readonly stages: readonly Stage[];
}

/** Reads comments away, continued lines together, and the rest into stages. */
export function readDockerfile(text: string): Dockerfile {
  const instructions: Instruction[] = [];
  let pending: { line: number; text: string } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    pending = { line: pending?.line ?? index + 1, text: `${pending?.text ?? ''}${raw.replace(/\\$/, '')}` };
    if (raw.endsWith('\\')) continue;
    const [, name = '', value = ''] = /^\s*(\w+)\s*(.*)$/.exec(pending.text) ?? [];
    instructions.push({ line: pending.line, name: name.toUpperCase(), value: value.trim() });
    pending = undefined;
  }
  const starts = instructions.flatMap(({ name }, index) => (name === 'FROM' ? [index] : []));
  return {
    head: instructions.slice(0, starts[0]),
    stages: starts.map((start, index) => ({
      from: instructions[start] as Instruction,
      steps: instructions.slice(start + 1, starts[index + 1]),
    })),
  };
}

/** The one instruction of that name in the stage that becomes the image. */
export function final({ stages }: Dockerfile, name: string): Instruction | undefined {
  return stages.at(-1)?.steps.findLast((one) => one.name === name);
}

/** What is wrong at each instruction that a rule is about. */
interface Rule {
  readonly says: string;
  readonly broken: (file: Dockerfile) => readonly Instruction[];
}

const everyStep = ({ stages }: Dockerfile) => stages.flatMap(({ steps }) => steps);
const steps = (name: string, isWrong: (value: string) => boolean) => (file: Dockerfile) =>
  everyStep(file).filter((one) => one.name === name && isWrong(one.value));
/** The instruction when it is wrong; where it should stand when it is missing. */
const finally_ = (name: string, isRight: (value: string) => boolean) => (file: Dockerfile) => {
  const found = final(file, name);
  if (found !== undefined) return isRight(found.value) ? [] : [found];
  return file.stages.slice(-1).map(({ from }) => from);
};
const isCommandList = (value: string) => /^\[(".*")?\]$/.test(value);

/** What a good image keeps to. */
export const dockerfileRules: readonly Rule[] = [
  {
    says: 'the base is an ARG, or a stage, so that a mirror can take its place',
    broken: ({ stages }) => stages.map(({ from }) => from).filter(({ value }) => !/^\$\{\w+\}/.test(value)),
  },
  {
    says: 'the default of a base names one version, not "latest"',
    broken: ({ head }) =>
      head.filter(({ name, value }) => name === 'ARG' && !/=\S+:\d+\.\d+\S*$/.test(value)),
  },
  {
    says: 'what runs is a user by number, not root',
    broken: finally_('USER', (value) => /^[1-9]\d{3,}(:[1-9]\d{3,})?$/.test(value)),
  },
  {
    says: 'HEALTHCHECK runs a program, without a shell',
    broken: finally_('HEALTHCHECK', (value) => isCommandList(value.replace(/^.*?CMD /, ''))),
  },
  {
    says: 'ENTRYPOINT is a list, so that signals reach the program',
    broken: finally_('ENTRYPOINT', isCommandList),
  },
  { says: 'CMD is a list', broken: finally_('CMD', isCommandList) },
  {
    says: 'STOPSIGNAL is the one that drains',
    broken: finally_('STOPSIGNAL', (value) => value === 'SIGTERM'),
  },
  { says: 'one port is named', broken: finally_('EXPOSE', (value) => /^\d+$/.test(value)) },
  {
    says: 'nothing is run in the stage that becomes the image: it takes over what the others made',
    broken: ({ stages }) =>
      stages.slice(-1).flatMap((stage) => stage.steps.filter(({ name }) => name === 'RUN')),
  },
  { says: 'COPY says what comes from where; ADD guesses', broken: steps('ADD', () => true) },
  {
    says: 'what is installed is what the lock file says: npm ci',
    broken: steps('RUN', (value) => /\b(npm (i|install|add)|yarn|pnpm)\b/.test(value)),
  },
  {
    says: 'nothing from the web is run',
    broken: steps('RUN', (value) => /\b(curl|wget)\b/.test(value)),
  },
  {
    says: 'a secret in ENV or ARG stays in the image',
    broken: (file) =>
      [...file.head, ...everyStep(file)].filter(
        ({ name, value }) =>
          /^(ENV|ARG)$/.test(name) && /pass(word)?|secret|token|_key\b/i.test(value.split('=')[0] ?? ''),
      ),
  },
  {
    says: 'the image holds production dependencies alone',
    broken: ({ stages }) => {
      const installs = stages
        .slice(1)
        .flatMap((stage) => stage.steps.filter(({ value }) => value.includes('npm ci')));
      return installs.filter(({ value }) => !value.includes('--omit=dev'));
    },
  },
];

/** Faults of a Dockerfile by the rules, and of what it copies. */
export function checkDockerfile(root: string, name: string, text: string): readonly Fault[] {
  const file = readDockerfile(text);
  const broken = dockerfileRules.flatMap((rule) =>
    rule.broken(file).map(({ line }) => ({ place: `${name}:${line}`, says: rule.says })),
  );
  const missing = everyStep(file)
    .filter(({ name: step, value }) => step === 'COPY' && !value.includes('--from='))
    .flatMap(({ line, value }) =>
      value
        .split(/\s+/)
        .slice(0, -1)
        .filter((path) => !existsSync(join(root, path)))
        .map((path) => ({ place: `${name}:${line}`, says: `there is no ${path} to copy` })),
    );
  return [...broken, ...missing];
}
