/** Disputes: opened by a test, defended or accepted by the adapter, decided by a test. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { WireAmount } from '../money.ts';
import type { FakeAccount, FakeDispute, FakePayment } from './account.ts';
import { bodyOf, isObject, type World } from './world.ts';

const defenseMs = 18 * 86_400_000;

/** Reasons by which a dispute of the fake can be defended, with what they need. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  SupplyDefenseMaterial: ['DefenseMaterial'],
  GoodsOrServicesProvided: ['GoodsOrServicesProvided', 'TIDorInvoice'],
};

const failed = (errorMessage: string): FakeResponse => ({
  json: { disputeServiceResult: { success: false, errorMessage } },
});
const done: FakeResponse = { json: { disputeServiceResult: { success: true } } };

export function disputeRoutes(world: World) {
  const found = (
    request: FakeRequest,
    account: FakeAccount,
    work: (dispute: FakeDispute, body: Readonly<Record<string, unknown>>) => FakeResponse,
  ): FakeResponse => {
    const body = bodyOf(request, account, 'merchantAccountCode');
    const dispute = account.disputes.get(String(body.disputePspReference));
    if (dispute === undefined) return failed('Dispute not found');
    return work(dispute, body);
  };
  const open = (dispute: FakeDispute): FakeResponse | undefined => {
    if (dispute.endsAt <= world.clock.now()) return failed('The defense period has ended');
    return dispute.status === 'open' || dispute.status === 'supplied'
      ? undefined
      : failed('The dispute is closed');
  };
  return {
    reasons: (request: FakeRequest, account: FakeAccount): FakeResponse =>
      found(request, account, ({ documents }) => ({
        json: {
          disputeServiceResult: { success: true },
          defenseReasons: Object.entries(reasons).map(([defenseReasonCode, types]) => ({
            defenseReasonCode,
            satisfied: types.every((type) => documents.has(type)),
            defenseDocumentTypes: types.map((type) => ({
              defenseDocumentTypeCode: type,
              available: documents.has(type),
              requirementLevel: 'Required',
            })),
          })),
        },
      })),
    supply: (request: FakeRequest, account: FakeAccount): FakeResponse =>
      found(request, account, (dispute, body) => {
        const documents = Array.isArray(body.defenseDocuments) ? body.defenseDocuments.filter(isObject) : [];
        if (documents.length === 0) return failed('No document was supplied');
        for (const { defenseDocumentTypeCode } of documents)
          dispute.documents.add(String(defenseDocumentTypeCode));
        if (dispute.status === 'open') dispute.status = 'supplied';
        return done;
      }),
    remove: (request: FakeRequest, account: FakeAccount): FakeResponse =>
      found(request, account, (dispute, body) =>
        dispute.documents.delete(String(body.defenseDocumentType)) ? done : done,
      ),
    defend: (request: FakeRequest, account: FakeAccount): FakeResponse =>
      found(request, account, (dispute, body) => {
        const needs = reasons[String(body.defenseReasonCode)];
        if (needs === undefined) return failed('Unknown defense reason');
        if (!needs.every((type) => dispute.documents.has(type)))
          return failed('Required documents are missing');
        const problem = open(dispute);
        if (problem !== undefined) return problem;
        dispute.status = 'defended';
        tellDispute(world, account, dispute, 'INFORMATION_SUPPLIED', { disputeStatus: 'Pending' });
        return done;
      }),
    accept: (request: FakeRequest, account: FakeAccount): FakeResponse =>
      found(request, account, (dispute) => {
        const problem = open(dispute);
        if (problem !== undefined) return problem;
        dispute.status = 'accepted';
        tellDispute(world, account, dispute, 'DISPUTE_DEFENSE_PERIOD_ENDED', { disputeStatus: 'Accepted' });
        return done;
      }),
  };
}

/** The cardholder complains: a notice, and the money is taken. */
export function openDispute(
  world: World,
  account: FakeAccount,
  payment: FakePayment,
  amount: WireAmount,
  psp = world.psp(),
): FakeDispute {
  const dispute: FakeDispute = {
    psp,
    payment,
    amount,
    endsAt: world.clock.now() + defenseMs,
    documents: new Set(),
    status: 'open',
  };
  account.disputes.set(psp, dispute);
  const more = {
    defendable: 'true',
    defensePeriodEndsAt: new Date(dispute.endsAt).toISOString(),
    disputeStatus: 'Undefended',
  };
  tellDispute(world, account, dispute, 'NOTIFICATION_OF_CHARGEBACK', more);
  tellDispute(world, account, dispute, 'CHARGEBACK', more);
  return dispute;
}

export function tellDispute(
  world: World,
  account: FakeAccount,
  { psp, payment, amount }: FakeDispute,
  eventCode: string,
  additionalData: Readonly<Record<string, string>> = {},
): void {
  world.tell(account, {
    eventCode,
    pspReference: psp,
    originalReference: payment.psp,
    merchantReference: payment.reference,
    amount,
    paymentMethod: payment.method,
    reason: 'Other Fraud-Card Absent Environment',
    additionalData: { chargebackReasonCode: '10.4', chargebackSchemeCode: 'visa', ...additionalData },
  });
}
