/** Lists in pages, searches, and what is expanded in them. */
import type { Stripe } from 'stripe';
import type { Account, Kind, Kinds } from './account.ts';
import { listOf } from './blank.ts';
import type { Input } from './input.ts';
import { refundsOf } from './refunds.ts';
import { invalid } from './refusals.ts';

/** Seconds until something new is found by a search: https://docs.stripe.com/search#data-freshness */
export const searchLagSeconds = 60;

const place = 'limit starting_after ending_before created';

function limitOf(input: Input): number {
  const limit = input.integer('limit') ?? 10;
  if (limit >= 1 && limit <= 100) return limit;
  throw invalid('This value must be less than or equal to 100.', {
    code: 'parameter_invalid_integer',
    param: 'limit',
  });
}

/** A test on the time of creation: `created=1`, `created[gte]=1`. */
function createdIn(input: Input): (created: number) => boolean {
  if (typeof input.given.created !== 'object') {
    const exact = input.integer('created');
    return (created) => exact === undefined || created === exact;
  }
  const range = input.inside('created').only('gt gte lt lte');
  const [gt, gte, lt, lte] = (['gt', 'gte', 'lt', 'lte'] as const).map((name) => range.integer(name));
  return (created) =>
    (gt === undefined || created > gt) &&
    (gte === undefined || created >= gte) &&
    (lt === undefined || created < lt) &&
    (lte === undefined || created <= lte);
}

/**
 * One page of a list.
 *
 * @param filters names of parameters that are compared with the field of the same name
 * @param others parameters that the caller has seen to
 */
export function pageOf<Item extends { readonly id: string; readonly created?: number }>(
  items: readonly Item[],
  input: Input,
  url: string,
  filters = '',
  others = '',
): Stripe.ApiList<Item> {
  input.only(`${place} ${filters} ${others}`);
  const isIn = createdIn(input);
  const names = filters.split(' ').filter((name) => name !== '' && input.has(name));
  const fitting = items.filter(
    (item) =>
      isIn(item.created ?? 0) &&
      names.every((name) => String((item as Record<string, unknown>)[name]) === input.text(name)),
  );
  const indexOf = (id: string, param: string): number => {
    const index = fitting.findIndex((item) => item.id === id);
    if (index < 0) throw invalid(`No such object: '${id}'`, { code: 'resource_missing', param }, 404);
    return index;
  };
  const limit = limitOf(input);
  const after = input.text('starting_after');
  const before = input.text('ending_before');
  const start =
    after !== undefined
      ? indexOf(after, 'starting_after') + 1
      : before !== undefined
        ? Math.max(indexOf(before, 'ending_before') - limit, 0)
        : 0;
  const end =
    before === undefined ? start + limit : Math.min(start + limit, indexOf(before, 'ending_before'));
  return {
    ...listOf(url, fitting.slice(start, end)),
    has_more: before === undefined ? end < fitting.length : start > 0,
  };
}

/** Text in quotes of either kind, in which a backslash takes its meaning from the sign behind it. */
const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`;
const clause = new RegExp(
  String.raw`^(?<field>[a-z_]+)(?:\[(?<key>${quoted})\])?(?<sign>:|~|>=|<=|>|<)(?<value>${quoted}|\d+|null)$`,
);
const clauses = new RegExp(String.raw`(?:${quoted}|[^\s"'])+`, 'g');

/** What stands between quotes. */
function unquoted(text: string): string {
  return /^["']/.test(text) ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}

/** Fields that each kind can be searched by: https://docs.stripe.com/search#query-fields-for-payment-intents */
const searchable: Readonly<Record<string, string>> = {
  payment_intent: 'amount created currency customer metadata status',
  customer: 'created email metadata name phone',
};

/** One page of a search, over what the index knows by now. */
export function searchPage<Name extends Kind>(
  account: Account,
  kind: Name,
  input: Input,
  url: string,
  isIndexed: (object: Kinds[Name]) => boolean,
): Stripe.ApiSearchResult<Kinds[Name]> {
  input.only('limit page query');
  const tests = (input.needed('query').match(clauses) ?? [])
    .filter((text) => !/^and$/i.test(text))
    .map((text) => {
      const parts = clause.exec(text)?.groups;
      if (parts === undefined || !(searchable[kind] ?? '').split(' ').includes(parts.field ?? ''))
        throw invalid(`We were unable to parse your search query: ${text}`, { param: 'query' });
      return parts;
    });
  const found = account.all(kind).filter((one) => isIndexed(one) && tests.every((test) => fits(one, test)));
  const limit = limitOf(input);
  const start = Number(input.text('page') ?? 0);
  const data = found.slice(start, start + limit);
  const has_more = start + limit < found.length;
  return { object: 'search_result', data, has_more, next_page: has_more ? String(start + limit) : null, url };
}

function fits(
  object: object,
  { field = '', key, sign, value = '' }: Record<string, string | undefined>,
): boolean {
  const fields = object as Record<string, unknown>;
  const found = key === undefined ? fields[field] : (fields[field] as Record<string, unknown>)[unquoted(key)];
  if (value === 'null') return found === undefined || found === null;
  const wanted = unquoted(value);
  const [here, there] = [Number(found), Number(wanted)];
  switch (sign) {
    case '>':
      return here > there;
    case '<':
      return here < there;
    case '>=':
      return here >= there;
    case '<=':
      return here <= there;
    case '~':
      return String(found ?? '').includes(wanted);
    default:
      return String(found ?? '').toLowerCase() === wanted.toLowerCase();
  }
}

/** Items of a list within an object: the latest. */
const innerPage = 10;

/** A copy of the answer with whole objects in the place of ids. @throws an answer of 400 */
export function expanded(account: Account, answer: object, paths: readonly string[]): object {
  const copy = structuredClone(answer) as Record<string, unknown>;
  for (const path of paths) {
    if (path.split('.').length > 5)
      throw invalid('You cannot expand more than 4 levels of a property.', { param: 'expand' });
    expandAt(account, copy, path.split('.'), path);
  }
  return copy;
}

function expandAt(
  account: Account,
  target: Record<string, unknown>,
  [name = '', ...rest]: string[],
  whole: string,
): void {
  if (name === 'data' && Array.isArray(target.data)) {
    for (const item of target.data) expandAt(account, item as Record<string, unknown>, rest, whole);
    return;
  }
  if (name === 'refunds' && target.object === 'charge' && target.refunds === undefined) {
    const all = refundsOf(account, String(target.id));
    const latest = structuredClone(all.slice(0, innerPage));
    target.refunds = {
      ...listOf(`/v1/charges/${target.id}/refunds`, latest),
      has_more: all.length > innerPage,
    };
  }
  const value = target[name];
  if (value === undefined)
    throw invalid(`This property cannot be expanded (${whole}).`, { param: 'expand[0]' });
  const object = typeof value === 'string' ? structuredClone(account.any(value)) : value;
  if (object === undefined || object === null) return;
  target[name] = object;
  if (rest.length > 0) expandAt(account, object as Record<string, unknown>, rest, whole);
}
