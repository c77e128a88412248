/** SCIM's schemas and messages, as `scimmy` has them; loaded with the first request. */
import { loadOptional } from '@im/core';
import type SCIMMY from 'scimmy';

/** A resource that was checked against its schema. */
export type ScimResource = Record<string, unknown> & { readonly id: string };

/** A schema: checks what comes in, and shapes what goes out. */
export type ScimSchema = new (
  data: unknown,
  direction?: 'in' | 'out',
  basepath?: string,
  attributes?: SCIMMY.Types.Filter,
) => SCIMMY.Types.Schema;

/** What the handlers work with. */
export interface ScimMessages {
  readonly types: typeof SCIMMY.Types;
  readonly messages: typeof SCIMMY.Messages;
  /** Reads `filter`, `attributes`, `sortBy` and so on, for either kind. */
  readonly Query: typeof SCIMMY.Resources.User;
  readonly User: ScimSchema;
  readonly Group: ScimSchema;
  /** What a filter is compared with: the resource, in the form in which the library's filter finds everything. */
  readonly searchable: (resource: ScimResource) => ScimResource;
  /** For `/Schemas`. */
  readonly definitions: readonly SCIMMY.Types.SchemaDefinition[];
  readonly enterprise: string;
}

let loaded: Promise<ScimMessages> | undefined;

/** Loads it once. */
export function scimMessages(): Promise<ScimMessages> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<ScimMessages> {
  const { Types, Messages, Schemas, Resources } = await loadOptional(
    'scimmy',
    'SCIM',
    () => import('scimmy'),
  );
  const { User, Group, EnterpriseUser } = Schemas;
  // Schemas of our own: extending the library's would extend them for everybody in the process. A password has no place here.
  // The first four are every schema's, and come by themselves.
  const attributes = User.definition.attributes.filter(
    (one) => !['schemas', 'id', 'externalId', 'meta', 'password'].includes(one.name),
  );
  const user = new Types.SchemaDefinition('User', User.id, 'User account', attributes).extend(
    EnterpriseUser.definition,
  );
  const schemaOf = (definition: SCIMMY.Types.SchemaDefinition): ScimSchema =>
    class extends Types.Schema {
      static override get id() {
        return definition.id;
      }
      static override get definition() {
        return definition;
      }
      constructor(data: unknown, direction?: string, basepath?: string, filter?: SCIMMY.Types.Filter) {
        super(data, direction);
        Object.assign(this, definition.coerce(data, direction, basepath, filter));
      }
    };
  return {
    types: Types,
    messages: Messages,
    Query: Resources.User,
    User: schemaOf(user),
    Group: schemaOf(Group.definition),
    searchable: (resource) => searchable(resource, [...user.attributes, ...Group.definition.attributes]),
    definitions: [user, Group.definition, EnterpriseUser.definition],
    enterprise: EnterpriseUser.id,
  };
}

/** The filter stumbles over complex attributes that are absent, and knows those of extensions by their whole names only (RFC 7644 §3.10). */
function searchable(
  resource: ScimResource,
  attributes: readonly (SCIMMY.Types.Attribute | SCIMMY.Types.SchemaDefinition)[],
): ScimResource {
  const blank: Record<string, unknown> = {};
  const whole: Record<string, unknown> = {};
  for (const attribute of attributes) {
    if ('type' in attribute && attribute.type === 'complex')
      blank[attribute.name] = attribute.config.multiValued === true ? [] : {};
    const extension = 'id' in attribute ? (resource[attribute.id] as object | undefined) : undefined;
    if ('id' in attribute)
      for (const [name, value] of Object.entries(extension ?? {})) whole[`${attribute.id}:${name}`] = value;
  }
  return { ...blank, ...resource, ...whole };
}
