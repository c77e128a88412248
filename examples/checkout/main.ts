/**
 * Two shops of one application, on two processors. A card is typed into the processor's own frame, so that the shop sees a token; webhooks and
 * customers come back in whatever order they like; answers are lost; and at the end of the day both ledgers are compared.
 */
import { isIntegrationError } from '@im/core';
import colors from 'picocolors';
import { readArguments, usage } from './arguments.ts';
import { BadInput } from './bad-input.ts';
import { playDay } from './day.ts';
import { type OpenShops, openShops, plainly } from './open-shops.ts';
import { reportOfDay } from './report.ts';
import { startServer } from './server.ts';

/** Runs the example. @returns the exit code */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const given = readArguments(args);
  if (given.help) {
    print(usage);
    return 0;
  }
  const alerts: string[] = [];
  await using shops = await openShops(({ reference, says }) => alerts.push(`${reference}: ${says}`));
  // Unattended, losses are part of the play; attended, they are news.
  const tell = given.check ? () => {} : (error: unknown) => print(colors.dim(`  ${describe(error)}`));
  await using server = await startServer(given.port, shops.byName, tell);
  if (given.check) return await check(server.url, shops, alerts);
  for (const shop of shops.byName.values()) {
    shop.at.pushTo(`${server.url}/${shop.id}/webhooks`);
    print(
      `${shop.title}: ${colors.cyan(`${server.url}/${shop.id}`)}  (${shop.processor}; orders at ${server.url}/${shop.id}/admin)`,
    );
  }
  print(
    `Test cards: 4242 4242 4242 4242 pays, 4000 0000 0000 9995 has no money, 4000 0000 0000 3220 asks the bank. Ctrl-C ends.`,
  );
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return 0;
}

async function check(url: string, shops: OpenShops, alerts: readonly string[]): Promise<number> {
  const problems: string[] = [];
  let last = '';
  for await (const { shop, title, problem } of playDay(url, shops.byName.values())) {
    if (shop !== last) print(`\n${colors.bold(shop)}: somebody`);
    last = shop;
    print(
      problem === undefined ? `  ${colors.green('✓')} ${title}` : `  ${colors.red('✗')} ${title}: ${problem}`,
    );
    if (problem !== undefined) problems.push(`${shop}: ${title}: ${problem}`);
  }
  for (const shop of shops.byName.values()) {
    const { rows, differences } = await reportOfDay(shop);
    print(`\n${colors.bold(shop.title)}, ${shop.processor}`);
    for (const { title, ours, theirs } of rows)
      print(`  ${title.padEnd(24)} ours ${ours.padStart(14)}   theirs ${theirs.padStart(14)}`);
    for (const line of differences) print(`  ${colors.red('✗')} ${line}`);
    problems.push(...differences);
    const charged = shop.at
      .books()
      .reduce((sum, { captured, refunded }) => sum + captured.minor - refunded.minor, 0n);
    const orders = shop.orders.list();
    const paid = orders.reduce(
      (sum, { payment }) => sum + (payment ? payment.captured.minor - payment.refunded.minor : 0n),
      0n,
    );
    if (charged !== paid)
      problems.push(`${shop.title}: the orders come to ${paid}, the processor's books to ${charged}`);
    const [first] = shop.products;
    if (first !== undefined)
      print(`  ${orders.length} orders; ${plainly({ ...first.price, minor: charged })} left with the shop`);
  }
  for (const alert of alerts) problems.push(`alert: ${alert}`);
  if (problems.length > 0) {
    print(`\n${problems.map((problem) => `${colors.red('✗')} ${problem}`).join('\n')}`);
    return 1;
  }
  print(`\n${colors.green('✓')} the ledgers agree: nobody was charged twice, and nothing was lost`);
  return 0;
}

function describe(error: unknown): string {
  if (!isIntegrationError(error)) return String(error);
  return `${error.code}${error.reason === undefined ? '' : ` (${error.reason})`}: ${error.message}`;
}

const print = (text: string) => process.stdout.write(`${text}\n`);

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
try {
  process.exitCode = await main(process.argv.slice(2), stop.signal);
} catch (error) {
  if (!(error instanceof BadInput)) throw error;
  process.stderr.write(`checkout: ${error.message}\n`);
  process.exitCode = 2;
}
