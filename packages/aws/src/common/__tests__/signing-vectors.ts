/** The test suite of AWS's own signer (awslabs/aws-c-auth), as packed in the folder of vectors. */
import type { UnsignedRequest } from '@im/http';

/** One case. */
export interface SigningVector {
  readonly name: string;
  readonly request: string;
  readonly context: {
    readonly credentials: {
      readonly access_key_id: string;
      readonly secret_access_key: string;
      readonly token?: string;
    };
    readonly expiration_in_seconds: number;
    readonly normalize: boolean;
    readonly omit_session_token?: boolean;
    readonly region: string;
    readonly service: string;
    readonly sign_body: boolean;
    readonly timestamp: string;
  };
  readonly 'header-signature'?: string;
  readonly 'query-signature'?: string;
}

/** Reads an HTTP request as text: a header may come again, or go on in a line that begins with a space. */
export function parseRequest(text: string): UnsignedRequest {
  const [head = '', ...body] = text.split('\n\n');
  const [line = '', ...lines] = head.replace(/\n[ \t]+/g, ',').split('\n');
  const [, method = '', target = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(line) ?? [];
  const headers: Record<string, string> = {};
  for (const each of lines) {
    const [, name = '', value = ''] = /^([^:]+):(.*)$/.exec(each) ?? [];
    const lower = name.toLowerCase();
    if (lower === '') continue;
    headers[lower] = headers[lower] === undefined ? value.trim() : `${headers[lower]},${value.trim()}`;
  }
  const { host = '', ...rest } = headers;
  const content = body.join('\n\n');
  return {
    method: method as UnsignedRequest['method'],
    url: new URL(`https://${host}`),
    target,
    headers: rest,
    body: content === '' ? undefined : content,
  };
}
