/** What becomes of an authorization that is not captured: it is held anew, let go, or ends. */
import { compareMoney, type Money } from '@im/payments';
import type { Account, Authorization } from './account.ts';
import { dayMs, honorMs, most } from './ledger.ts';
import { refuse } from './requests.ts';
import { showAuthorization } from './show.ts';
import { emit, type World } from './world.ts';

/** Holds the money anew. */
export function reauthorize(
  world: World,
  account: Account,
  authorization: Authorization,
  amount: Money,
): Authorization {
  const now = world.clock.now();
  const { status, order, createdAt, expiresAt } = authorization;
  if (status === 'VOIDED') refuse(422, 'AUTHORIZATION_VOIDED');
  if (status === 'CAPTURED' || status === 'PARTIALLY_CAPTURED') refuse(422, 'AUTHORIZATION_ALREADY_CAPTURED');
  if (amount.currency !== authorization.amount.currency) refuse(422, 'AUTH_CURRENCY_MISMATCH');
  const tooEarly = now < createdAt + honorMs;
  if (authorization.parent !== undefined || tooEarly || now >= expiresAt || status !== 'CREATED')
    refuse(422, 'REAUTHORIZATION_NOT_SUPPORTED');
  if (compareMoney(amount, most(authorization.amount)) > 0) refuse(422, 'TRANSACTION_REFUSED');
  const next: Authorization = {
    ...authorization,
    id: world.nextId('authorization'),
    amount,
    parent: authorization,
    createdAt: now,
    updatedAt: now,
  };
  order.authorizations.push(next);
  account.books.authorizations.set(next.id, next);
  return next;
}

/** PayPal voids by itself what was not captured a day after its end. */
export function lapse(world: World, account: Account, authorization: Authorization): void {
  const { status, expiresAt } = authorization;
  const isOpen = status === 'CREATED' || status === 'PARTIALLY_CAPTURED';
  if (isOpen && world.clock.now() >= expiresAt + dayMs) setVoided(world, account, authorization);
}

function setVoided(world: World, account: Account, authorization: Authorization): void {
  authorization.status = 'VOIDED';
  authorization.updatedAt = world.clock.now();
  emit(world, account, {
    type: 'PAYMENT.AUTHORIZATION.VOIDED',
    resourceType: 'authorization',
    resource: showAuthorization(world, authorization),
    summary: 'A payment authorization was voided',
    about: [authorization.order.id, authorization.id],
  });
}

/** Lets an authorization go, and those that were made of it. */
export function voidAuthorization(world: World, account: Account, authorization: Authorization): void {
  if (authorization.parent !== undefined) refuse(422, 'CANNOT_BE_VOIDED');
  if (authorization.status === 'VOIDED') refuse(422, 'PREVIOUSLY_VOIDED');
  if (authorization.status === 'CAPTURED') refuse(422, 'PREVIOUSLY_CAPTURED');
  if (authorization.status === 'DENIED') refuse(422, 'CANNOT_BE_VOIDED');
  for (const one of authorization.order.authorizations)
    if (one.parent === authorization) one.status = 'VOIDED';
  setVoided(world, account, authorization);
}
