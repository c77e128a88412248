/** Signatures by IAM: https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob */
import { sign } from 'node:crypto';
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { FakeAccounts } from '../../common/fake/accounts.ts';
import { googleError } from '../../common/fake/error.ts';
import { bodyOf } from './context.ts';

/** Every account may sign as itself, and as no other. */
export function signBlob(accounts: FakeAccounts, request: FakeRequest): FakeResponse {
  const caller = accounts.principal(request);
  const { account: email = '' } = request.params;
  if (typeof caller === 'string' || caller.clientEmail !== email)
    return googleError(
      403,
      `Permission 'iam.serviceAccounts.signBlob' denied on resource (or it may not exist).`,
    );
  const { payload } = bodyOf(request);
  if (typeof payload !== 'string') return googleError(400, 'payload is required');
  const signature = sign('sha256', Buffer.from(payload, 'base64'), caller.privateKey);
  return { json: { keyId: caller.privateKeyId, signedBlob: signature.toString('base64') } };
}
