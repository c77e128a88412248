import pc from 'picocolors';
import type { Verdict } from './judge.ts';

/** A verdict for people, a line each. */
export function reportLines(verdict: Verdict): string[] {
  const { provider, requests, answers, byHand, described, exercised, unexercised, violations, outside } =
    verdict;
  const all = exercised === described;
  return [
    `${pc.bold(provider)}: operations exercised ${(all ? pc.green : pc.yellow)(`${exercised} / ${described}`)}, ` +
      `${requests} requests and ${answers} answers judged, ` +
      (violations.length === 0 ? pc.green('no violation') : pc.red(`${violations.length} violations`)),
    ...violations.map(
      ({ operation, side, place, says, count }) =>
        `  ${pc.red('×')} ${operation}, ${side}, ${place}: ${says} (${count} ×)`,
    ),
    ...(unexercised.length > 0 ? ['  not exercised:', ...unexercised.map((id) => `    ${id}`)] : []),
    ...(byHand > 0 ? [`  sent by hand, not judged: ${byHand} requests`] : []),
    ...outside.map(({ path, count }) => `  outside the description: ${path} (${count} ×)`),
  ];
}
