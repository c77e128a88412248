/** What is counted of an integration's calls, and the text in which a series of counts is kept. */

/** Counts of calls that ended within one bucket of time. */
export interface Counts {
  readonly calls: number;
  /** Calls that failed through the service's fault: see {@link badCodes}. */
  readonly bad: number;
  /** Calls that took longer than the latency objective allows; 0 where there is none. */
  readonly slow: number;
  /** Calls during maintenance; in none of the others. */
  readonly excluded: number;
}

/** No calls. */
export const noCounts: Counts = Object.freeze({ calls: 0, bad: 0, slow: 0, excluded: 0 });

/** Both together. */
export function addCounts(one: Counts, other: Counts): Counts {
  return {
    calls: one.calls + other.calls,
    bad: one.bad + other.bad,
    slow: one.slow + other.slow,
    excluded: one.excluded + other.excluded,
  };
}

/** All of them together. */
export function sumCounts(all: Iterable<Counts>): Counts {
  let sum = noCounts;
  for (const counts of all) sum = addCounts(sum, counts);
  return sum;
}

/** Counts by number of the bucket. */
export type Series = Map<number, Counts>;

/** Adds to one bucket. */
export function addTo(series: Series, bucket: number, counts: Counts): void {
  series.set(bucket, addCounts(series.get(bucket) ?? noCounts, counts));
}

/** All buckets from `first` to `last`, both included. Makes one object, however many there are: alerts ask often. */
export function sumOf(series: Series, first: number, last: number): Counts {
  let calls = 0;
  let bad = 0;
  let slow = 0;
  let excluded = 0;
  for (const [bucket, counts] of series) {
    if (bucket < first || bucket > last) continue;
    calls += counts.calls;
    bad += counts.bad;
    slow += counts.slow;
    excluded += counts.excluded;
  }
  return { calls, bad, slow, excluded };
}

/**
 * A series as text: for each bucket the distance from the one before, then its counts, all in base 36, zeros at the end
 * left out: `gk1y:3k 1:1a.2`. A busy minute takes five or six characters.
 */
export function writeSeries(series: Series): string {
  let before = 0;
  return [...series]
    .sort(([one], [other]) => one - other)
    .map(([bucket, { calls, bad, slow, excluded }]) => {
      const numbers = [bucket - before, calls, bad, slow, excluded].map((number) => number.toString(36));
      before = bucket;
      return `${numbers[0]}:${numbers
        .slice(1)
        .join('.')
        .replace(/(?:\.0)+$/, '')}`;
    })
    .join(' ');
}

const base = 36;
const [zero, nine, a, space] = ['0', '9', 'a', ' '].map((one) => one.charCodeAt(0)) as [
  number,
  number,
  number,
  number,
];

/** Reads what {@link writeSeries} wrote, letter by letter: a pattern takes several times as long. */
export function readSeries(text: string): Series {
  const series: Series = new Map();
  let bucket = 0;
  let numbers: number[] = [0];
  for (let index = 0; index <= text.length; index += 1) {
    const code = index < text.length ? text.charCodeAt(index) : space;
    const place = numbers.length - 1;
    if (code >= a) numbers[place] = (numbers[place] ?? 0) * base + code - a + 10;
    else if (code >= zero && code <= nine) numbers[place] = (numbers[place] ?? 0) * base + code - zero;
    else if (code !== space) numbers.push(0);
    else if (place > 0) {
      const [distance = 0, calls = 0, bad = 0, slow = 0, excluded = 0] = numbers;
      bucket += distance;
      series.set(bucket, { calls, bad, slow, excluded });
      numbers = [0];
    }
  }
  return series;
}
