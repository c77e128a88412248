/**
 * A strict reader of OpenMetrics text (https://prometheus.io/docs/specs/om/open_metrics_spec/), to judge our own. It knows the
 * rules that the specification's published cases show, and refuses at the first line that breaks one.
 */

/** One line with a value. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  readonly timestamp?: number | undefined;
  readonly exemplar?:
    | {
        readonly labels: ReadonlyMap<string, string>;
        readonly value: number;
        readonly timestamp?: number | undefined;
      }
    | undefined;
}

/** A metric family. */
export interface Family {
  readonly name: string;
  type: string;
  readonly metadata: Set<string>;
  readonly samples: Sample[];
}

/** Suffixes of the samples that a family of each type has. */
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  info: ['_info'],
  stateset: [''],
  summary: ['', '_count', '_sum', '_created'],
  unknown: [''],
};
const name = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const number = '[+-]?(?:\\d+\\.?\\d*(?:[eE][+-]?\\d+)?|\\.\\d+(?:[eE][+-]?\\d+)?|[iI]nf|[nN]a[nN])';
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"';
const labels = `\\{((?:${label}(?:,${label})*)?)\\}`;
const metadataLine = new RegExp(`^# (HELP|TYPE|UNIT) (${name}) (.*)$`, 's');
const sampleLine = new RegExp(
  `^(${name})(?:${labels})? (${number})(?: (${number}))?(?: # ${labels} (${number})(?: (${number}))?)?$`,
);

/** @throws Error that says which line breaks which rule */
export function parseOpenMetrics(text: string): readonly Family[] {
  if (!text.endsWith('# EOF\n')) throw new Error('the text does not end with # EOF');
  const families: Family[] = [];
  const open = (wanted: string): Family => {
    if (families.some((family) => family.name === wanted)) throw new Error(`${wanted} comes a second time`);
    const family: Family = { name: wanted, type: 'unknown', metadata: new Set(), samples: [] };
    families.push(family);
    return family;
  };
  for (const line of text.slice(0, -'# EOF\n'.length).split('\n').slice(0, -1)) {
    const current = families.at(-1);
    const metadata = metadataLine.exec(line);
    if (metadata !== null) {
      const [, kind = '', of = '', value = ''] = metadata;
      addMetadata(current?.name === of ? current : open(of), kind, value);
      continue;
    }
    const sample = readSample(line);
    const isOurs =
      current !== undefined &&
      suffixes[current.type]?.some((suffix) => sample.name === current.name + suffix);
    (isOurs ? current : open(sample.name)).samples.push(sample);
  }
  const reserved = families.flatMap((family) =>
    [...new Set(['', ...(suffixes[family.type] ?? [])])].map((suffix) => family.name + suffix),
  );
  refuseIf(new Set(reserved).size < reserved.length, 'names of two families clash');
  for (const family of families) checkFamily(family);
  return families;
}

function addMetadata(family: Family, kind: string, value: string): void {
  refuseIf(family.samples.length > 0, `${kind} of ${family.name} comes after its samples`);
  refuseIf(family.metadata.has(kind), `${kind} of ${family.name} comes twice`);
  family.metadata.add(kind);
  if (kind === 'TYPE') {
    refuseIf(!(value in suffixes), `${value} is no type`);
    family.type = value;
  }
  if (kind === 'UNIT' && value !== '') {
    refuseIf(!family.name.endsWith(`_${value}`), `${family.name} does not end with its unit`);
    refuseIf(['info', 'stateset'].includes(family.type), `a ${family.type} has no unit`);
  }
}

function readSample(line: string): Sample {
  const match = sampleLine.exec(line);
  if (match === null) throw new Error(`no sample: ${line}`);
  const [, of = '', own = '', value, timestamp, exemplar, exemplarValue, exemplarTimestamp] = match;
  return {
    name: of,
    labels: readLabels(own),
    value: toNumber(value ?? ''),
    timestamp: readTimestamp(timestamp),
    exemplar:
      exemplar === undefined
        ? undefined
        : {
            labels: readLabels(exemplar),
            value: toNumber(exemplarValue ?? ''),
            timestamp: readTimestamp(exemplarTimestamp),
          },
  };
}

function readLabels(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(/([^=,]+)="((?:[^"\\]|\\.)*)"/g)];
  const all = new Map(
    found.map(([, key = '', value = '']) => [
      key,
      value.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)),
    ]),
  );
  refuseIf(all.size < found.length, 'a label comes twice');
  return all;
}

const toNumber = (text: string): number => Number(text.replace(/inf$/i, 'Infinity'));

function readTimestamp(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  refuseIf(!Number.isFinite(toNumber(text)), `${text} is no instant`);
  return toNumber(text);
}

/** Labels that tell the samples of one metric apart. */
const innerLabels: Readonly<Record<string, (family: Family) => string>> = {
  histogram: () => 'le',
  gaugehistogram: () => 'le',
  summary: () => 'quantile',
  stateset: ({ name: own }) => own,
};

function checkFamily(family: Family): void {
  const inner = innerLabels[family.type]?.(family);
  const metrics = new Map<string, Sample[]>();
  let before: string | undefined;
  for (const sample of family.samples) {
    checkSample(family, sample);
    const key = JSON.stringify([...sample.labels].filter(([one]) => one !== inner).sort());
    refuseIf(key !== before && metrics.has(key), `samples of one ${family.name} stand apart`);
    before = key;
    metrics.set(key, [...(metrics.get(key) ?? []), sample]);
  }
  for (const samples of metrics.values()) {
    checkOrder(family, samples);
    if (family.type.endsWith('histogram')) checkHistogram(family, samples);
  }
}

function checkSample(
  { name: family, type }: Family,
  { name: own, labels: of, value, exemplar }: Sample,
): void {
  const suffix = own.slice(family.length);
  const isCount =
    ['_total', '_bucket', '_count', '_gcount'].includes(suffix) || (suffix === '_sum' && type !== 'unknown');
  refuseIf(isCount && !(value >= 0), `${own} is ${value}`);
  refuseIf(suffix === '_bucket' && !of.has('le'), `${own} has no le`);
  if (type === 'summary' && suffix === '') {
    const quantile = Number(of.get('quantile'));
    refuseIf(!(quantile >= 0 && quantile <= 1) || value < 0, `${own} is no quantile`);
  }
  refuseIf(type === 'info' && value !== 1, `${own} is not 1`);
  refuseIf(type === 'stateset' && !(of.has(family) && (value === 0 || value === 1)), `${own} is no state`);
  if (exemplar === undefined) return;
  const isAllowed = (type === 'counter' && suffix === '_total') || suffix === '_bucket';
  refuseIf(!isAllowed, `${own} has an exemplar`);
  const length = [...exemplar.labels].reduce((sum, [key, text]) => sum + [...key, ...text].length, 0);
  refuseIf(length > 128, `the exemplar of ${own} is too long`);
}

/** Points of one series go forward in time; without instants there is one. */
function checkOrder({ type }: Family, samples: readonly Sample[]): void {
  const last = new Map<string, number | undefined>();
  for (const { name: own, labels: of, timestamp } of samples) {
    const key = JSON.stringify([own, ...of]);
    if (last.has(key)) {
      const previous = last.get(key);
      refuseIf(
        previous === undefined || timestamp === undefined || timestamp < previous,
        `${type} ${key} goes back`,
      );
    }
    last.set(key, timestamp);
  }
}

function checkHistogram({ name: family, type }: Family, samples: readonly Sample[]): void {
  const last = (suffix: string) => samples.find(({ name: own }) => own === family + suffix)?.value;
  const buckets = samples
    .filter(({ name: own }) => own === `${family}_bucket`)
    .map(({ labels: of, value }) => ({ bound: toNumber(of.get('le') ?? ''), value }));
  for (const [index, { bound, value }] of buckets.entries()) {
    const previous = buckets[index - 1];
    if (previous === undefined) continue;
    refuseIf(bound <= previous.bound || value < previous.value, `the buckets of ${family} do not ascend`);
  }
  const all = buckets.at(-1);
  refuseIf(all?.bound !== Number.POSITIVE_INFINITY, `${family} has no bucket +Inf`);
  const count = last(type === 'histogram' ? '_count' : '_gcount');
  refuseIf(
    count !== undefined && count !== all?.value,
    `${family} counts ${count}, and its buckets ${all?.value}`,
  );
  const isNegative = buckets.some(({ bound }) => bound < 0);
  refuseIf(
    type === 'histogram' && isNegative && last('_sum') !== undefined,
    `${family} has a sum of negatives`,
  );
  refuseIf(
    type === 'gaugehistogram' && !isNegative && (last('_gsum') ?? 0) < 0,
    `${family}_gsum is negative`,
  );
}

function refuseIf(isBroken: boolean, says: string): void {
  if (isBroken) throw new Error(says);
}
