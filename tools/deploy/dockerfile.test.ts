import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../lib/workspace.ts';
import { checkDockerfile, dockerfileRules, readDockerfile } from './dockerfile.ts';

const ours = readFileSync(join(repositoryRoot, 'Dockerfile'), 'utf8');
const check = (text: string) => checkDockerfile(repositoryRoot, 'Dockerfile', text).map(({ says }) => says);

it('reads continued lines as one instruction, at its first line, and comments not at all', () => {
  const { head, stages } = readDockerfile(
    '# a\nARG A=1\nFROM x AS y\nLABEL a=1 \\\n      b=2\nRUN z\nFROM y\n',
  );
  expect(head).toEqual([{ line: 2, name: 'ARG', value: 'A=1' }]);
  expect(
    stages.map(({ from, steps }) => [from.value, ...steps.map(({ line, value }) => [line, value])]),
  ).toEqual([['x AS y', [4, 'LABEL a=1       b=2'.slice(6)], [6, 'z']], ['y']]);
});

it('ours keeps to every rule', () => {
  expect(check(ours)).toEqual([]);
});

describe('each rule can be broken:', () => {
  const replaced = (from: string | RegExp, to: string) => {
    const text = ours.replace(from, to);
    if (text === ours) throw new Error(`${from} is not in the Dockerfile`);
    return text;
  };
  const breaks: readonly (readonly [says: string, text: string])[] = [
    ['the base is an ARG', replaced(/FROM \S+ AS build/, 'FROM node:24.1 AS build')],
    ['the default of a base', replaced(/ARG NODE_IMAGE=.*/, 'ARG NODE_IMAGE=node:latest')],
    ['what runs is a user', replaced('USER 10001:10001', 'USER root')],
    ['HEALTHCHECK', replaced(/^HEALTHCHECK.*$/m, 'HEALTHCHECK CMD node healthcheck.mjs')],
    ['ENTRYPOINT', replaced(/^ENTRYPOINT.*$/m, 'ENTRYPOINT node main.js')],
    ['CMD is', replaced(/^CMD.*$/m, 'CMD --config x')],
    ['STOPSIGNAL', replaced('STOPSIGNAL SIGTERM', 'STOPSIGNAL SIGKILL')],
    ['one port', replaced('EXPOSE 8080\n', '')],
    ['nothing is run', replaced('USER 10001:10001', 'RUN chown 10001 /app\nUSER 10001:10001')],
    ['COPY says', replaced('COPY . .', 'ADD . .')],
    ['what is installed', replaced('RUN npm ci --no-audit', 'RUN npm install --no-audit')],
    ['nothing from the web', replaced('RUN npm run build', 'RUN curl https://example.com/x.sh | sh')],
    ['a secret in', replaced('ARG SDKS=""', 'ARG NPM_TOKEN=""')],
    ['the image holds', replaced(' --omit=dev', '')],
  ];

  it.each(breaks)('%s', (says, text) => {
    expect(check(text)).toEqual([expect.stringContaining(says)]);
  });

  it('none is without its break', () => {
    expect(breaks).toHaveLength(dockerfileRules.length);
  });
});

it('a file to copy that is not there is a fault', () => {
  expect(check(ours.replace('healthcheck.mjs ./', 'health.mjs ./'))).toEqual([
    'there is no deploy/image/health.mjs to copy',
  ]);
});
