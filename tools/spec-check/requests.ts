/** A recorded exchange as request and answer. */
import type { SentAnswer, SentRequest } from './description.ts';
import type { Exchange } from './recording.ts';

/** The request of `exchange`. Its path is left as it is: a key may well hold `..` and `//`. */
export function toRequest(exchange: Exchange): SentRequest {
  const target = exchange.target.replace(/^https?:\/\/[^/?]*/i, '').replace(/#.*$/s, '');
  const at = target.indexOf('?');
  return {
    method: exchange.method,
    path: at < 0 ? target : target.slice(0, at),
    query: at < 0 ? [] : [...new URLSearchParams(target.slice(at + 1))],
    headers: exchange.requestHeaders,
    body: exchange.requestBody,
  };
}

/** The answer of `exchange`; `undefined`: there was none. */
export function toAnswer({ status, responseHeaders, responseBody }: Exchange): SentAnswer | undefined {
  return status === undefined ? undefined : { status, headers: responseHeaders, body: responseBody };
}

/** Percent-encoded text decoded; as it is where it is not encoded well. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Fields of a form, in order; none for another body. */
export function formFields({ headers, body }: SentRequest): readonly (readonly [string, string])[] {
  const isForm = headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded');
  return isForm ? [...new URLSearchParams(Buffer.from(body).toString('utf8'))] : [];
}
