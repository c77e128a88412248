/** Values beside a message, as SQS and SNS have them. */

/** A value beside a message. A string is `String`, a number `Number`, bytes are `Binary`; or say it: `{ type: 'String.uuid', value }`. */
export type MessageAttribute = string | number | Uint8Array | TypedAttribute;

/** A value with AWS's name of its type; numbers as text, since they may have 38 digits. */
export interface TypedAttribute {
  readonly type: string;
  readonly value: string | Uint8Array;
}

/** The SDK's shape of it. */
export interface SdkAttribute {
  DataType: string | undefined;
  StringValue?: string;
  BinaryValue?: Uint8Array;
}

/** Attributes as the SDK wants them. */
export function toAttributes(
  attributes: Readonly<Record<string, MessageAttribute>> | undefined,
): Record<string, SdkAttribute> | undefined {
  if (attributes === undefined) return undefined;
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, toAttribute(value)]));
}

function toAttribute(attribute: MessageAttribute): SdkAttribute {
  if (typeof attribute === 'string') return { DataType: 'String', StringValue: attribute };
  if (typeof attribute === 'number') return { DataType: 'Number', StringValue: String(attribute) };
  if (attribute instanceof Uint8Array) return { DataType: 'Binary', BinaryValue: attribute };
  const { type, value } = attribute;
  return typeof value === 'string'
    ? { DataType: type, StringValue: value }
    : { DataType: type, BinaryValue: value };
}

/** Reads the SDK's shape. */
export function ofAttribute({
  DataType,
  StringValue,
  BinaryValue,
}: {
  readonly DataType?: string | undefined;
  readonly StringValue?: string | undefined;
  readonly BinaryValue?: Uint8Array | undefined;
}): TypedAttribute {
  return { type: DataType ?? 'String', value: BinaryValue ?? StringValue ?? '' };
}
