/** Calling functions. What a function does when it is called again is its own affair, so a call is sent once. */
import { type Call, read, unsafe } from '@im/core';
import { refuse } from '../../common/service.ts';
import type { Service } from '../client.ts';
import { functionError } from '../function-error.ts';
import { checkName, qualifierOf } from '../map.ts';
import type { AcceptedEvent, Invocation, InvokeOptions, Payload } from '../model.ts';

const docs = 'https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const mostBytes = { call: 6 * 1024 * 1024, event: 1024 * 1024 } as const;
const mostContextBytes = 3_583;

/** Operations that call functions; `name` is a function's name or ARN. */
export function invokeOperations(service: Service) {
  return {
    /**
     * Calls a function and waits for its answer; `timeoutMs` of the call should be longer than the function's own.
     *
     * @throws `IntegrationError` `unknown` when the function failed, with its name and words of it (the first line, 300
     * characters; `functionErrorOf` gives the rest); `deadline_exceeded` when it ran out of its time. It may have done
     * something by then: `effect` is `unknown`
     */
    invoke: unsafe(
      async (
        name: string,
        payload: Payload,
        options: InvokeOptions | undefined,
        call: Call,
      ): Promise<Invocation> => {
        const input = {
          FunctionName: checkName(name),
          InvocationType: 'RequestResponse' as const,
          Payload: toBytes(payload, mostBytes.call),
          ...qualifierOf(options?.qualifier),
          ...contextOf(options?.clientContext),
          ...(options?.log === true && { LogType: 'Tail' as const }),
        };
        const answer = await service.send((lambda) => new lambda.InvokeCommand(input), call);
        const bytes = plain(answer.Payload);
        const { requestId } = answer.$metadata;
        if (answer.FunctionError !== undefined)
          throw functionError(
            { kind: answer.FunctionError, payload: bytes, version: answer.ExecutedVersion, requestId },
            service.sdk.credentials.secrets(),
          );
        return {
          payload: bytes,
          value: toValue(bytes),
          version: answer.ExecutedVersion,
          ...(answer.LogResult !== undefined && { log: Buffer.from(answer.LogResult, 'base64').toString() }),
          requestId,
        };
      },
      { docs, scopes: ['lambda:InvokeFunction'] },
    ),

    /**
     * Puts an event into a function's queue; Lambda calls it, up to three times when it fails. Its answer and its errors go
     * where the function is set up to send them.
     */
    invokeAsync: unsafe(
      async (
        name: string,
        payload: Payload,
        options: Pick<InvokeOptions, 'qualifier'> | undefined,
        call: Call,
      ): Promise<AcceptedEvent> => {
        const input = {
          FunctionName: checkName(name),
          InvocationType: 'Event' as const,
          Payload: toBytes(payload, mostBytes.event),
          ...qualifierOf(options?.qualifier),
        };
        const answer = await service.send((lambda) => new lambda.InvokeCommand(input), call);
        return { requestId: answer.$metadata.requestId };
      },
      { docs, scopes: ['lambda:InvokeFunction'] },
    ),

    /** Whether the function is there and may be called, without calling it. */
    dryRun: read(
      async (
        name: string,
        options: Pick<InvokeOptions, 'qualifier'> | undefined,
        call: Call,
      ): Promise<void> => {
        const input = {
          FunctionName: checkName(name),
          InvocationType: 'DryRun' as const,
          ...qualifierOf(options?.qualifier),
        };
        await service.send((lambda) => new lambda.InvokeCommand(input), call);
      },
      { docs, scopes: ['lambda:InvokeFunction'] },
    ),
  };
}

/** The payload as it is sent. @throws `VendorError` `invalid_argument` for what is no JSON, and for too much of it */
function toBytes(payload: Payload, most: number): Uint8Array {
  const bytes = payload instanceof Uint8Array ? payload : encode(payload);
  if (bytes.byteLength > most)
    refuse(`a payload has at most ${most} bytes; this one has ${bytes.byteLength}`);
  return bytes;
}

function encode(payload: Payload): Uint8Array {
  let text: string | undefined;
  try {
    text = JSON.stringify(payload);
  } catch (error) {
    refuse(
      `the payload cannot be written as JSON: ${error instanceof Error ? error.message.split('\n', 1)[0] : ''}`,
    );
  }
  // What JSON does not have is written as nothing at all.
  if (text === undefined && payload !== undefined) refuse('the payload cannot be written as JSON');
  return Buffer.from(text ?? '');
}

function contextOf(context: InvokeOptions['clientContext']) {
  if (context === undefined) return {};
  const ClientContext = Buffer.from(encode(context)).toString('base64');
  if (ClientContext.length > mostContextBytes)
    refuse(
      `clientContext has at most ${mostContextBytes} bytes as base64; this one has ${ClientContext.length}`,
    );
  return { ClientContext };
}

/** Without the methods that the SDK puts on its bytes. */
function plain(bytes: Uint8Array | null | undefined): Uint8Array {
  // The SDK gives null, against its types, where the answer is empty.
  return bytes === undefined || bytes === null
    ? new Uint8Array()
    : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function toValue(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) return undefined;
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch {
    // A custom runtime may answer anything; the bytes are there.
    return undefined;
  }
}
