/** Negative testing by header, as PayPal's sandbox has it: https://developer.paypal.com/tools/sandbox/negative-testing/request-headers/ */
import type { FakeRequest, FakeResponse } from '@im/testing';
import { refusal } from './requests.ts';

/** Issues that do not come with 422. */
const statuses: Readonly<Record<string, number>> = {
  INVALID_RESOURCE_ID: 404,
  RESOURCE_NOT_FOUND: 404,
  PERMISSION_DENIED: 403,
  NOT_AUTHORIZED: 403,
  INVALID_ACCOUNT_STATUS: 401,
  PREVIOUS_REQUEST_IN_PROGRESS: 409,
  INVALID_PARAMETER_SYNTAX: 400,
  INVALID_PARAMETER_VALUE: 400,
  INVALID_STRING_LENGTH: 400,
  INVALID_STRING_MAX_LENGTH: 400,
  MALFORMED_REQUEST_JSON: 400,
  MISSING_REQUIRED_PARAMETER: 400,
};

/** The error that `PayPal-Mock-Response: {"mock_application_codes": "INSTRUMENT_DECLINED"}` asks for, on orders and payments. */
export function mockedResponse(request: FakeRequest): FakeResponse | undefined {
  const header = request.headers['paypal-mock-response'];
  if (header === undefined || !/\/v2\/(checkout|payments)\//.test(request.path)) return undefined;
  let code: unknown;
  try {
    code = (JSON.parse(header) as { mock_application_codes?: unknown }).mock_application_codes;
  } catch {
    return undefined;
  }
  if (typeof code !== 'string') return undefined;
  if (code === 'INTERNAL_SERVER_ERROR') return refusal(500);
  return refusal(statuses[code] ?? 422, code);
}
