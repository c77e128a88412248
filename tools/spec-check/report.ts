import pc from 'picocolors';
import type { Verdict } from './judge.ts';

/** A verdict for people, a line each. */
export function reportLines(verdict: Verdict): string[] {
  const { provider, requests, answers, byHand, described, exercised, violations, outside } = verdict;
  const enough = verdict.subset ? exercised > 0 : exercised === described;
  return [
    `${pc.bold(provider)}: operations exercised ${(enough ? pc.green : pc.yellow)(`${exercised} / ${described}`)}, ` +
      `${requests} requests and ${answers} answers judged, ` +
      (violations.length === 0 ? pc.green('no violation') : pc.red(`${violations.length} violations`)),
    ...violations.map(
      ({ operation, side, place, says, count }) =>
        `  ${pc.red('×')} ${operation}, ${side}, ${place}: ${says} (${count} ×)`,
    ),
    ...unexercisedLines(verdict),
    ...(byHand > 0 ? [`  sent by hand, not judged: ${byHand} requests`] : []),
    ...outside.map(({ path, count }) => `  outside the description: ${path} (${count} ×)`),
  ];
}

/** By name; of an adapter for a part of the API only how many. */
function unexercisedLines({ unexercised, subset }: Verdict): string[] {
  if (unexercised.length === 0) return [];
  if (subset) return [`  covers a part of the API: ${unexercised.length} operations not exercised`];
  return ['  not exercised:', ...unexercised.map((id) => `    ${id}`)];
}
