/**
 * Where the members of an input or output stand in HTTP.
 *
 * @see {@link https://smithy.io/2.0/spec/http-bindings.html | Smithy: HTTP bindings}
 */
import type { DescribedParameter } from '../description.ts';
import { type Member, nameTrait, type Shape } from './model.ts';
import type { Context, SmithySchemas } from './schemas.ts';

const places = {
  path: 'smithy.api#httpLabel',
  query: 'smithy.api#httpQuery',
  header: 'smithy.api#httpHeader',
  prefix: 'smithy.api#httpPrefixHeaders',
  params: 'smithy.api#httpQueryParams',
  payload: 'smithy.api#httpPayload',
  status: 'smithy.api#httpResponseCode',
} as const;

type Place = keyof typeof places;

/** A shape's members by where they stand. */
export interface Bindings {
  readonly parameters: readonly DescribedParameter[];
  /** The member that is the whole body. */
  readonly payload: Member | undefined;
  /** Members of the body, when no member is all of it. */
  readonly body: readonly Member[];
  /** Any name may stand in the query. */
  readonly openQuery: boolean;
  /** A member says which status of success it was. */
  readonly anyStatus: boolean;
}

/** Of a shape: `request` for an input, `answer` for an output or error, where path and query say nothing. */
export function bindingsOf(shape: Shape, schemas: SmithySchemas, side: 'request' | 'answer'): Bindings {
  const placed = shape.members.map((member) => ({ member, place: placeOf(member, side) }));
  const at = (place: Place | undefined) =>
    placed.filter((one) => one.place === place).map(({ member }) => member);
  const [payload] = at('payload');
  return {
    parameters: [
      ...at('path').map((member) => toParameter(member, 'path', member.name, schemas)),
      ...at('query').map((member) => toParameter(member, 'query', traitName(member, 'query'), schemas)),
      ...at('header').map((member) => toParameter(member, 'header', traitName(member, 'header'), schemas)),
      ...at('prefix').map((member) => ({
        ...toParameter(member, 'header', traitName(member, 'prefix'), schemas),
        prefix: true,
      })),
    ],
    payload,
    body: payload === undefined ? at(undefined) : [],
    openQuery: at('params').length > 0,
    anyStatus: at('status').length > 0,
  };
}

function placeOf({ traits }: Member, side: 'request' | 'answer'): Place | undefined {
  const found = Object.entries(places).find(([, trait]) => traits[trait] !== undefined)?.[0];
  const isRequestOnly = found === 'path' || found === 'query' || found === 'params';
  return side === 'answer' && isRequestOnly ? undefined : (found as Place | undefined);
}

function traitName(member: Member, place: Place): string {
  const name = nameTrait(member.traits, places[place]) ?? member.name;
  return place === 'query' ? name : name.toLowerCase();
}

const contexts: Readonly<Record<'path' | 'query' | 'header', Context>> = {
  path: 'uri',
  query: 'uri',
  header: 'header',
};

function toParameter(
  member: Member,
  place: 'path' | 'query' | 'header',
  name: string,
  schemas: SmithySchemas,
): DescribedParameter {
  return {
    name,
    in: place,
    required: place === 'path' || member.traits['smithy.api#required'] !== undefined,
    style: place === 'query' ? 'form' : 'simple',
    explode: place === 'query',
    json: false,
    schema: schemas.checkMember(member, contexts[place]),
  };
}
