export { lambdaErrors } from './errors.ts';
export { functionErrorOf, LambdaFunctionError } from './function-error.ts';
export { lambda } from './lambda.ts';
export type {
  AcceptedEvent,
  AliasInfo,
  FunctionDetails,
  FunctionInfo,
  Invocation,
  InvokeOptions,
  Payload,
} from './model.ts';
export { type LambdaOptions, lambdaOptions } from './options.ts';
