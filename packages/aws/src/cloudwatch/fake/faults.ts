/** Errors of CloudWatch, under the names of JSON and of the query protocol. */
import { type AwsFault, fault } from '../../common/fake/protocols.ts';

export const invalidValue = (message: string): AwsFault =>
  fault('InvalidParameterValueException', message, { queryCode: 'InvalidParameterValue' });

export const missing = (name: string): AwsFault =>
  fault('MissingRequiredParameterException', `The parameter ${name} is required.`, {
    queryCode: 'MissingParameter',
  });

export const badCombination = (message: string): AwsFault =>
  fault('InvalidParameterCombinationException', message, { queryCode: 'InvalidParameterCombination' });

/** For operations that list no errors of their own for it. */
export const invalid = (message: string): AwsFault =>
  fault('ValidationException', message, { queryCode: 'ValidationError' });

export const noAlarm = (): AwsFault =>
  fault('ResourceNotFound', 'The named resource does not exist.', {
    status: 404,
    queryCode: 'ResourceNotFound',
  });

export const badToken = (): AwsFault =>
  fault('InvalidNextToken', 'The next token specified is invalid.', { queryCode: 'InvalidNextToken' });
