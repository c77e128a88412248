/** A monthly report for people (Markdown) and for spreadsheets (CSV). */
import type { Budget } from './budget.ts';
import type { IntegrationMonth, MonthlyReport } from './report.ts';

const percent = (share: number | undefined): string =>
  share === undefined ? '–' : `${Number((share * 100).toFixed(4))} %`;

const verdict = (budget: Budget | undefined): string =>
  budget === undefined ? '–' : budget.isMet === undefined ? 'no calls' : budget.isMet ? 'kept' : '**missed**';

interface Column {
  readonly title: string;
  readonly cell: (month: IntegrationMonth) => string;
}

const columns: readonly Column[] = [
  { title: 'Integration', cell: ({ integration }) => escapeMarkdown(integration) },
  { title: 'Calls', cell: ({ counts }) => String(counts.calls) },
  { title: 'Failed', cell: ({ counts }) => String(counts.bad) },
  {
    title: 'Availability',
    cell: ({ counts, availability }) => percent(availability?.share ?? shareOf(counts)),
  },
  { title: 'Promised', cell: ({ availability }) => percent(availability?.target) },
  { title: 'Kept', cell: ({ availability }) => verdict(availability) },
  { title: 'Error budget left', cell: ({ availability }) => percent(availability?.left) },
  { title: 'Fast enough', cell: ({ latency }) => percent(latency?.share) },
  {
    title: 'Promised',
    cell: ({ latency, objective }) =>
      latency === undefined ? '–' : `${percent(latency.target)} in ${objective.latency?.thresholdMs} ms`,
  },
  { title: 'Kept', cell: ({ latency }) => verdict(latency) },
];

const shareOf = ({ calls, bad }: IntegrationMonth['counts']) => (calls === 0 ? undefined : 1 - bad / calls);

/** What could be read as markup is written as text. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+!|<>~-]/g, '\\$&');
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

/** The report as Markdown (GitHub's tables). */
export function reportMarkdown(report: MonthlyReport): string {
  const { tenant, month, timeZone, integrations, total, maintenance } = report;
  const lines = [
    `# Service levels of ${escapeMarkdown(tenant)}, ${month}`,
    '',
    `${new Date(report.from).toISOString()} to ${new Date(report.to).toISOString()} (${timeZone})${report.isComplete ? '' : ', so far'}.`,
    `${total.calls} calls, ${total.bad} failed; ${total.excluded} during maintenance do not count.`,
    '',
    row(columns.map(({ title }) => title)),
    row(columns.map(() => '---')),
    ...integrations.map((one) => row(columns.map(({ cell }) => cell(one)))),
  ];
  if (maintenance.length > 0)
    lines.push(
      '',
      '## Maintenance',
      '',
      ...maintenance.map(
        ({ from, to, integration, why }) =>
          `- ${new Date(from).toISOString()} to ${new Date(to).toISOString()}, ${escapeMarkdown(integration ?? 'everything')}: ${escapeMarkdown(why.replace(/\s+/g, ' '))}`,
      ),
    );
  return `${lines.join('\n')}\n`;
}

const csvHead = [
  'tenant',
  'month',
  'date',
  'integration',
  'calls',
  'bad',
  'slow',
  'excluded',
  'availability',
];

/**
 * The report's days as CSV (RFC 4180), one line a day and integration. A name that a spreadsheet would take for a formula is
 * written with an apostrophe before it.
 *
 * @see {@link https://owasp.org/www-community/attacks/CSV_Injection | OWASP: CSV injection}
 */
export function reportCsv({ tenant, month, integrations }: MonthlyReport): string {
  const lines = integrations.flatMap(({ integration, days }) =>
    days.map(({ date, counts }) => [
      tenant,
      month,
      date,
      integration,
      counts.calls,
      counts.bad,
      counts.slow,
      counts.excluded,
      shareOf(counts) ?? '',
    ]),
  );
  return [csvHead, ...lines].map((line) => `${line.map(csvCell).join(',')}\r\n`).join('');
}

function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
