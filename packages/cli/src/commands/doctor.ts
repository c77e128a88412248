import { defineCommand } from '../command.ts';
import { findConfiguration, loadOptionsFor } from '../configuration.ts';
import { examineConfiguration } from '../doctor/configuration.ts';
import type { Finding } from '../doctor/finding.ts';
import { examineNetwork, examineProxies } from '../doctor/network.ts';
import { examineNode } from '../doctor/node.ts';
import { examinePackages } from '../doctor/packages.ts';
import { examineState } from '../doctor/state.ts';
import { exitCodes } from '../exit-codes.ts';
import { configOptions, duration, flag } from '../options.ts';
import type { Screen } from '../output/screen.ts';
import { oneLine } from '../output/width.ts';

/** Milliseconds for each host, unless told otherwise. */
const usualTimeoutMs = 5_000;

/** `im doctor`. */
export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Looks for what is wrong, and says what to do about it',
  about:
    'Node, packages and their peers, the configuration with every fault and its place, environment variables, the hosts that enabled integrations talk to (name, connection, certificate), proxies, the clock, and the state store. Sends no credential and shows no secret. Ends with 1 when something is wrong; warnings do not count.',
  options: {
    offline: flag('--offline', 'ask no host'),
    timeout: duration('--timeout <time>', 'for each host; default: 5s'),
    ...configOptions,
  },
  examples: [
    ['im doctor', 'everything'],
    ['im doctor --offline --json', 'what can be known without the network, as JSON'],
  ],
  json: '{ ok, findings: [{ area, level: "fine" | "note" | "warning" | "wrong", says, remedy?, place? }] }',
  async run({ options, io, screen }) {
    const findings: Finding[] = [];
    {
      using spinner = screen.spin('looking …');
      findings.push(examineNode(process.version), ...(await examinePackages(io.cwd)));
      const { findings: ofConfiguration, config } = await examineConfiguration(options, io);
      findings.push(...ofConfiguration);
      const file = findConfiguration(options, io);
      const env = file === undefined ? io.env : (await loadOptionsFor(file, options, io)).env;
      findings.push(...examineProxies(env));
      if (!options.offline) {
        spinner.text('asking hosts …');
        const { timeout: timeoutMs = usualTimeoutMs } = options;
        const probing = { clock: io.clock, signal: io.signal, timeoutMs };
        if (config !== undefined) findings.push(...(await examineNetwork(config, probing)));
        findings.push(await examineState(io, env));
      }
    }
    const ok = findings.every(({ level }) => level !== 'wrong');
    if (screen.json) screen.document({ ok, findings });
    else show(findings, screen);
    return ok ? exitCodes.fine : exitCodes.wrong;
  },
});

function show(findings: readonly Finding[], screen: Screen): void {
  const { colours } = screen;
  const signs = {
    fine: colours.green('✓'),
    note: colours.dim('·'),
    warning: colours.yellow('!'),
    wrong: colours.red('✗'),
  };
  let last = '';
  for (const { area, level, says, remedy, place } of findings) {
    if (area !== last) screen.print(colours.bold(area));
    last = area;
    const at =
      place === undefined
        ? ''
        : `${colours.dim([place.file, place.line, place.column].filter((part) => part !== undefined).join(':'))} `;
    screen.print(`  ${signs[level]} ${at}${oneLine(says)}`);
    if (remedy !== undefined) screen.print(`    ${colours.cyan('→')} ${oneLine(remedy)}`);
  }
  const count = (level: string) => findings.filter((one) => one.level === level).length;
  const [wrong, warnings] = [count('wrong'), count('warning')];
  const summary = `${wrong} wrong, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`;
  screen.print(
    `\n${wrong > 0 ? colours.red(summary) : colours.green(wrong + warnings === 0 ? 'nothing is wrong' : summary)}`,
  );
}
