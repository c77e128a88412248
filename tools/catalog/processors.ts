/** The table of payment processors: what each can do and how much of it, by the traits that its definition states. */
import { type AnyDefinition, traitsOf } from '@im/core';
import {
  memoryDriver,
  type PaymentAbility,
  type PaymentFacts,
  type PaymentTraits,
  paymentAbilities,
  paymentGateway,
} from '@im/payments';
import { table } from './render.ts';

interface Column {
  readonly title: string;
  readonly traits: PaymentTraits;
}

const mostNames = 30;
const hourMs = 3_600_000;
const lookups: Readonly<Record<PaymentFacts['lookup'], string>> = {
  reference: 'our reference, its id',
  id: 'its id',
  none: 'nothing: answers and webhooks tell',
};

/** Facts by the words for them. */
const facts: Readonly<Record<string, (facts: PaymentFacts) => string>> = {
  'payment methods': ({ methods }) => methods.map((one) => `\`${one}\``).join(' '),
  currencies: ({ currencies }) => (currencies === 'all' ? 'all' : names(currencies)),
  'in steps of minor units': ({ stepMinor = {} }) => amounts(stepMinor),
  'largest amount in minor units': ({ maxMinor = {} }) => amounts(maxMinor),
  'bytes of a reference': ({ maxReferenceBytes }) => String(maxReferenceBytes),
  'remembers a key': ({ keyTtlMs }) => (keyTtlMs === undefined ? 'has none' : duration(keyTtlMs)),
  'can be asked by': ({ lookup }) => lookups[lookup],
  'shows our reference on captures and refunds': ({ references }) => (references ? 'yes' : 'no'),
  'a call has settled after': ({ settleMs }) => duration(settleMs),
  'decline codes': ({ declines }) => `[${Object.keys(declines.rows).length}](${declines.docs})`,
};

/** Processors stand side by side, since there are fewer of them than of abilities. The embedded one comes first. */
export function processorTable(definitions: readonly AnyDefinition[]): string {
  const { abilities, facts: embedded } = memoryDriver();
  const columns: readonly Column[] = [
    { title: 'embedded', traits: { abilities, facts: embedded } },
    ...definitions.flatMap((definition) => {
      const traits = traitsOf(definition, paymentGateway);
      return traits === undefined ? [] : [{ title: definition.title, traits }];
    }),
  ];
  const abilityRows = (Object.keys(paymentAbilities) as PaymentAbility[]).map((name) => [
    `\`${name}\``,
    ...columns.map(({ traits }) => (traits.abilities[name] ? 'yes' : '')),
  ]);
  const factRows = Object.entries(facts).map(([words, say]) => [
    words,
    ...columns.map(({ traits }) => say(traits.facts)),
  ]);
  return table(['', ...columns.map(({ title }) => title)], [...abilityRows, ...factRows]);
}

function names(all: readonly string[]): string {
  return all.length > mostNames ? `${all.length} of them` : all.toSorted().join(' ');
}

function amounts(byCurrency: Readonly<Record<string, bigint | undefined>>): string {
  const { other, ...named } = byCurrency;
  const parts = Object.entries(named).map(([currency, minor]) => `${currency} ${minor}`);
  return [...parts.sort(), ...(other === undefined ? [] : [`else ${other}`])].join(', ');
}

function duration(ms: number): string {
  if (ms % (24 * hourMs) === 0) return `${ms / (24 * hourMs)} d`;
  if (ms % hourMs === 0) return `${ms / hourMs} h`;
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${ms / 1_000} s`;
}
