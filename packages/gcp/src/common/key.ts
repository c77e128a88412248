/** Files of credentials as Google issues them, read and told apart. */
import { readFile } from 'node:fs/promises';
import { Secret, VendorError } from '@im/core';
import { z } from 'zod';
import { defaultTokenUrl } from './options.ts';

/** The key of a service account. */
export interface ServiceAccountKey {
  readonly clientEmail: string;
  /** PKCS #8, PEM. */
  readonly privateKey: Secret;
  readonly privateKeyId?: string | undefined;
  readonly projectId?: string | undefined;
  readonly tokenUrl: string;
}

/** What a file holds: the key of a service account, or something that Google's own library knows what to do with. */
export type KeyFile =
  | { readonly kind: 'service-account'; readonly key: ServiceAccountKey }
  | { readonly kind: 'other'; readonly json: Readonly<Record<string, unknown>> & { readonly type: string } };

/** @see {@link https://google.aip.dev/auth/4112 | AIP-4112: service account keys} */
const wireKey = z.object({
  type: z.literal('service_account'),
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  project_id: z.string().optional(),
  token_uri: z.url().optional(),
});
const anyKey = z.looseObject({ type: z.string().min(1) });

/** @throws `VendorError` `bad_key_file`, which names the file and shows nothing of it */
export async function readKeyFile(file: string): Promise<KeyFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw badKey(`the key file ${file} cannot be read${code}`);
  }
  return parseKey(text, `the key file ${file}`);
}

/**
 * @param name what it is, in messages: `the key`
 * @throws `VendorError` `bad_key_file`
 */
export function parseKey(text: string, name: string): KeyFile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's error quotes the text.
    throw badKey(`${name} is not JSON`);
  }
  const any = anyKey.safeParse(value);
  if (!any.success) throw badKey(`${name} has no \`type\``);
  if (any.data.type !== 'service_account') return { kind: 'other', json: any.data };
  const { data, error } = wireKey.safeParse(value);
  if (data === undefined)
    throw badKey(`${name} lacks ${error.issues.map(({ path }) => path.join('.')).join(', ')}`);
  return {
    kind: 'service-account',
    key: {
      clientEmail: data.client_email,
      privateKey: new Secret(data.private_key),
      privateKeyId: data.private_key_id,
      projectId: data.project_id,
      tokenUrl: data.token_uri ?? defaultTokenUrl,
    },
  };
}

function badKey(says: string): VendorError {
  return new VendorError({ sent: false, reason: 'bad_key_file', says });
}
