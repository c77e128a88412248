/**
 * Connection strings of Service Bus: `Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…`, with `EntityPath=…` where the policy
 * belongs to one queue or topic.
 *
 * @see {@link https://learn.microsoft.com/azure/service-bus-messaging/service-bus-sas#connection-strings | Service Bus: Connection strings}
 */
import { type ConnectionPart, readConnectionString } from '../common/connection-string.ts';

/** What a connection string says. Either a key with its name, or a token. */
export interface BusConnection {
  readonly host: string;
  readonly entity: string | undefined;
  readonly keyName: string;
  readonly key: string;
  readonly sas: string | undefined;
}

/** A connection string that was read, or what is wrong with it. */
export type ReadBusConnection =
  | { readonly connection: BusConnection; readonly fault?: undefined }
  | { readonly fault: string };

const knownParts: readonly ConnectionPart[] = [
  {
    name: 'Endpoint',
    fault: (value) =>
      /^(sb|amqps|https):\/\/[a-z0-9.-]+\/?$/i.test(value)
        ? undefined
        : 'is no address such as sb://name.servicebus.windows.net/',
  },
  { name: 'SharedAccessKeyName' },
  { name: 'SharedAccessKey' },
  { name: 'SharedAccessSignature', fault: sasTokenFault },
  { name: 'EntityPath' },
  {
    name: 'UseDevelopmentEmulator',
    fault: (value) =>
      value.toLowerCase() === 'true'
        ? 'names the emulator, which speaks AMQP only; use the fake'
        : 'is not true',
  },
  { name: 'TransportType' },
  { name: 'OperationTimeout' },
];

export function readBusConnection(text: string): ReadBusConnection {
  const read = readConnectionString(text, knownParts);
  if (read.fault !== undefined) return read;
  const { parts } = read;
  const endpoint = parts.get('Endpoint');
  const keyName = parts.get('SharedAccessKeyName');
  const key = parts.get('SharedAccessKey');
  const sas = parts.get('SharedAccessSignature');
  if (endpoint === undefined) return { fault: 'Endpoint is missing' };
  if (sas === undefined && key === undefined)
    return { fault: 'SharedAccessKey is missing, and so is SharedAccessSignature' };
  if (sas === undefined && keyName === undefined) return { fault: 'SharedAccessKeyName is missing' };
  return {
    connection: {
      host: endpoint
        .replace(/^[a-z]+:\/\//i, '')
        .replace(/\/$/, '')
        .toLowerCase(),
      entity: parts.get('EntityPath'),
      keyName: keyName ?? '',
      key: key ?? '',
      sas,
    },
  };
}

/** What is wrong with a token. */
export function sasTokenFault(value: string): string | undefined {
  const fields = new Set(new URLSearchParams(value.replace(/^SharedAccessSignature\s+/, '')).keys());
  const missing = ['sr', 'sig', 'se', 'skn'].filter((name) => !fields.has(name));
  return missing.length === 0 ? undefined : `has no ${missing.join(' and no ')}: copy the whole token`;
}
