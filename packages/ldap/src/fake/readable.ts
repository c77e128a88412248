/** Filters as text again, for the log of the fake. */
import { escapeFilterValue } from '../text/filter.ts';
import type { FilterNode } from '../text/parse-filter.ts';

const signs = { and: '&', or: '|', equal: '=', greater: '>=', less: '<=', approximate: '~=' } as const;

/** As RFC 4515 writes it. */
export function readableFilter(node: FilterNode): string {
  const text = (value: Buffer | undefined) => escapeFilterValue(value?.toString('utf8') ?? '');
  switch (node.kind) {
    case 'and':
    case 'or':
      return `(${signs[node.kind]}${node.of.map(readableFilter).join('')})`;
    case 'not':
      return `(!${readableFilter(node.of)})`;
    case 'present':
      return `(${node.attribute}=*)`;
    case 'substrings':
      return `(${node.attribute}=${[node.initial, ...node.any, node.final].map(text).join('*')})`;
    case 'extensible': {
      const dn = node.dnAttributes ? ':dn' : '';
      const rule = node.rule === undefined ? '' : `:${node.rule}`;
      return `(${node.attribute ?? ''}${dn}${rule}:=${text(node.value)})`;
    }
    default:
      return `(${node.attribute}${signs[node.kind]}${text(node.value)})`;
  }
}
