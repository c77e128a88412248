/**
 * Forms of AWS' query protocol as the value that they stand for. Nested values are fields with dots in their names:
 * `Tags.member.1.Key=a&Tags.member.1.Value=b`. Lists and maps count from 1; a flattened list has no `member`, a
 * flattened map no `entry`. A list without items is an empty field.
 *
 * @see {@link https://smithy.io/2.0/aws/protocols/aws-query-protocol.html | Smithy: AWS query protocol}
 */
import type { Codec, Finding } from '../description.ts';
import type { XmlLayout, XmlMember } from './xml.ts';

/** Fields by the parts of their names. */
interface Field {
  readonly text: string[];
  readonly parts: Map<string, Field>;
}

/** Reads forms whose fields are the members of `layout`, which names them as XML does. */
export function queryCodec(layout: XmlLayout): Codec {
  return ({ bytes }) => {
    const root = newField();
    for (const [name, value] of new URLSearchParams(Buffer.from(bytes).toString('utf8'))) {
      let field = root;
      for (const part of name.split('.')) {
        const next = field.parts.get(part) ?? newField();
        field.parts.set(part, next);
        field = next;
      }
      field.text.push(value);
    }
    const findings: Finding[] = [];
    return { value: read(root, layout, '', findings), isText: true, findings };
  };
}

function newField(): Field {
  return { text: [], parts: new Map() };
}

function read(field: Field, layout: XmlLayout, place: string, findings: Finding[]): unknown {
  switch (layout.kind) {
    case 'text':
      for (const part of field.parts.keys())
        findings.push({ place: below(place, part), says: 'has no place here' });
      return field.text.length === 1 ? field.text[0] : field.text;
    case 'structure':
      return readStructure(field, layout.members(), place, findings);
    case 'list':
      return isEmpty(field)
        ? []
        : readList(onlyPart(field, layout.item, place, findings), layout, place, findings);
    case 'map':
      return readMap(onlyPart(field, layout.entry, place, findings), layout, place, findings);
  }
}

function readStructure(
  field: Field,
  members: readonly XmlMember[],
  place: string,
  findings: Finding[],
): unknown {
  const value: Record<string, unknown> = {};
  const known = new Map(members.map((member) => [member.name, member]));
  for (const [name, part] of field.parts) {
    const member = known.get(name);
    if (member === undefined) value[`<${name}>`] = '';
    else value[member.property] = readMember(part, member, below(place, member.property), findings);
  }
  if (field.text.length > 0 && place !== '') findings.push({ place, says: 'is a value and has members' });
  return value;
}

function readMember(
  field: Field,
  { layout, flattened }: XmlMember,
  place: string,
  findings: Finding[],
): unknown {
  if (flattened && layout.kind === 'list')
    return isEmpty(field) ? [] : readList(field, layout, place, findings);
  if (flattened && layout.kind === 'map') return readMap(field, layout, place, findings);
  return read(field, layout, place, findings);
}

function readList(
  field: Field,
  { of }: XmlLayout & { kind: 'list' },
  place: string,
  findings: Finding[],
): unknown {
  return inOrder(field, place, findings).map((part) => read(part, of(), `${place}[]`, findings));
}

function readMap(
  field: Field,
  layout: XmlLayout & { kind: 'map' },
  place: string,
  findings: Finding[],
): unknown {
  const entries = inOrder(field, place, findings).map((entry): [string, unknown] => {
    const key = entry.parts.get(layout.key);
    const value = entry.parts.get(layout.value);
    if (key === undefined) findings.push({ place, says: `has an entry without ${layout.key}` });
    if (value === undefined) findings.push({ place, says: `has an entry without ${layout.value}` });
    return [key?.text[0] ?? '', value === undefined ? '' : read(value, layout.of(), `${place}{}`, findings)];
  });
  return Object.fromEntries(entries);
}

/** Parts by their numbers, which go from 1 without a gap. */
function inOrder(field: Field, place: string, findings: Finding[]): readonly Field[] {
  const numbered = [...field.parts].sort(([one], [other]) => Number(one) - Number(other));
  if (numbered.some(([name], index) => name !== String(index + 1)))
    findings.push({ place: `${place}[]`, says: 'is not numbered from 1 without a gap' });
  return numbered.map(([, part]) => part);
}

function onlyPart(field: Field, expected: string, place: string, findings: Finding[]): Field {
  for (const name of field.parts.keys())
    if (name !== expected)
      findings.push({ place: below(place, name), says: `has no place here; ${expected} has` });
  return field.parts.get(expected) ?? newField();
}

/** `Tags=`: a list without items. */
function isEmpty({ text, parts }: Field): boolean {
  return parts.size === 0 && text.length === 1 && text[0] === '';
}

function below(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}
