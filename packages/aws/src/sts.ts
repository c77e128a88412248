/**
 * The one call of Security Token Service that needs no SDK: who am I?
 *
 * @see {@link https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html | GetCallerIdentity}
 */
import { type Call, VendorError } from '@im/core';
import { createHttp, text } from '@im/http';
import { credentialTokens } from './common/credentials.ts';
import { isExpiredReason, reasonOf } from './common/errors.ts';
import { requestIdHeaders } from './common/failures.ts';
import type { Sdk, SdkContext } from './common/sdk.ts';
import { createSigner } from './common/sign.ts';

/** Whose credentials they are. */
export interface CallerIdentity {
  /** Twelve digits. */
  readonly accountId: string;
  /** `arn:aws:iam::123456789012:user/alice`. */
  readonly arn: string;
  readonly userId: string;
}

/** Asks STS. */
export type GetCallerIdentity = (call: Call) => Promise<CallerIdentity>;

/** Makes the call for one integration. Opens nothing. */
export function createGetCallerIdentity(context: SdkContext, { credentials, time }: Sdk): GetCallerIdentity {
  const { region, endpoint } = context.options;
  const signer = createSigner({ service: 'sts', region, credentials, time });
  const http = createHttp(context, {
    baseUrl: endpoint ?? `https://sts.${region}.${dnsSuffix(region)}`,
    headers: { accept: 'text/xml' },
    token: credentialTokens(credentials),
    // The signature is the credential.
    tokenHeader: () => ({}),
    isTokenExpired: ({ reason }) => isExpiredReason(reason),
    sign: signer.sign,
    requestIdHeader: requestIdHeaders,
    readFailure: (status, body, headers) => {
      time.correct(status, headers);
      const says = typeof body === 'string' ? elementText(body, 'Message') : undefined;
      const code = typeof body === 'string' ? elementText(body, 'Code') : undefined;
      return { reason: reasonOf(code, says), says: says === undefined ? undefined : `AWS says "${says}"` };
    },
  });
  return async (call) => {
    const xml = await http.post('', text, call, {
      form: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    });
    const [accountId, arn, userId] = ['Account', 'Arn', 'UserId'].map((name) => elementText(xml, name));
    if (accountId === undefined || arn === undefined || userId === undefined) {
      const says = 'the answer is not what was promised';
      throw new VendorError({ sent: true, code: 'internal', reason: 'unexpected_body', says });
    }
    return { accountId, arn, userId };
  };
}

/** Text of the first element of this name; the few that are asked for hold no other elements. */
function elementText(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]{1,2000})</${name}>`).exec(xml)?.[1];
}

/** https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
const suffixes: readonly { readonly regions: RegExp; readonly suffix: string }[] = [
  { regions: /^cn-/, suffix: 'amazonaws.com.cn' },
  { regions: /^eusc-/, suffix: 'amazonaws.eu' },
];

function dnsSuffix(region: string): string {
  return suffixes.find(({ regions }) => regions.test(region))?.suffix ?? 'amazonaws.com';
}
