/** What Azure Resource Manager's errors mean. They come as `{ error: { code, message } }`. */
import type { ErrorTable } from '@im/core';
import type { ReadFailure } from '@im/http';
import { z } from 'zod';

export const azureErrors: ErrorTable = {
  docs: 'https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors',
  rows: [
    {
      reason:
        /^(InvalidAuthenticationToken|ExpiredAuthenticationToken|AuthenticationFailed)(TenantId|Audience)?$/,
      code: 'unauthenticated',
      says: 'the token was refused',
      remedy: 'check the identity, its tenant, and the options baseUrl and scope',
    },
    {
      reason: /^(AuthorizationFailed|LinkedAuthorizationFailed|RequestDisallowedByPolicy)$/,
      code: 'permission_denied',
      says: 'the identity may not do this',
      remedy: 'give it a role on the resource or its group',
    },
    {
      reason: 'SubscriptionNotFound',
      code: 'not_found',
      says: 'there is no such subscription, or not for this identity',
    },
    { reason: 'ResourceGroupNotFound', code: 'not_found', says: 'there is no such resource group' },
    {
      reason: /^(ResourceNotFound|NotFound|DeploymentNotFound)$/,
      code: 'not_found',
      says: 'there is no such resource',
    },
    {
      reason:
        /^(InvalidApiVersionParameter|MissingApiVersionParameter|NoRegisteredProviderFound|InvalidResourceType)$/,
      code: 'invalid_argument',
      says: 'the type or its API version is not known',
      remedy: 'look the versions up in the reference of the resource type',
    },
    {
      reason: 'MissingSubscriptionRegistration',
      code: 'failed_precondition',
      says: 'the subscription has not registered the resource provider',
      remedy: 'register it: az provider register --namespace …',
    },
    {
      reason: /^(ScopeLocked|ReadOnlyDisabledSubscription)$/,
      code: 'failed_precondition',
      says: 'a lock forbids it',
    },
    {
      reason: /^(ResourceGroupBeingDeleted|AnotherOperationInProgress|OperationNotAllowedDueToOngoing\w*)$/,
      code: 'unavailable',
      effect: 'none',
      says: 'another operation is under way',
    },
    {
      reason: /QuotaExceeded$/,
      code: 'resource_exhausted',
      retryable: false,
      says: 'the quota is used up',
      remedy: 'ask for more',
    },
    { status: 400, code: 'invalid_argument' },
    { status: 401, code: 'unauthenticated', says: 'the token was refused', remedy: 'check the identity' },
    { status: 403, code: 'permission_denied', says: 'the identity may not do this' },
    { status: 404, code: 'not_found', says: 'there is no such resource' },
    { status: 409, code: 'failed_precondition' },
    { status: 412, code: 'failed_precondition', says: 'the condition does not hold' },
    {
      status: 429,
      code: 'resource_exhausted',
      effect: 'none',
      says: 'more requests than the subscription may make',
    },
    { status: [500, 599], code: 'unavailable', says: 'Azure failed' },
  ],
};

const wireError = z.object({
  error: z.object({ code: z.string().optional(), message: z.string().optional() }),
});

/** Reads an error of Azure Resource Manager; of the message the first 200 characters. */
export const readAzureError: ReadFailure = (_status, body) => {
  const { data } = wireError.safeParse(body);
  if (data === undefined) return {};
  const { code, message } = data.error;
  return { reason: code, says: message ? `Azure says "${message.slice(0, 200)}"` : undefined };
};
