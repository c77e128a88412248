import { type AwsFault, fault } from '../../common/fake/protocols.ts';

/** Statuses of KMS's errors, as its model has them; all others are 400. */
const statuses: Readonly<Record<string, number>> = {
  NotFoundException: 404,
  AlreadyExistsException: 409,
  DisabledException: 409,
  KMSInvalidStateException: 409,
  KeyUnavailableException: 500,
};

/** An error of KMS's. */
export function kmsFault(code: string, message: string): AwsFault {
  return fault(code, message, { status: statuses[code] });
}
