/** Reads messages with the library's own classes, each handed over whole. */
import { type Message, MessageParser, type MessageResponse } from 'ldapts';

/** Requests by the text of their id: their controls say how to read those of the answer. */
export type OpenRequests = Map<string, { readonly message: Message }>;

/**
 * Makes the reader of one connection.
 *
 * It throws an Error when the bytes are no message of RFC 4511; nothing more can be read then.
 */
export function createMessageReader(requests: OpenRequests): (bytes: Buffer) => MessageResponse {
  const parser = new MessageParser();
  let outcome: MessageResponse | Error = new Error('it ends too early');
  parser.on('message', (message) => {
    outcome = message;
  });
  parser.on('error', (error) => {
    outcome = error;
  });
  return (bytes) => {
    outcome = new Error('it ends too early');
    parser.read(bytes, requests);
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
}
