/** Between the SDK's shapes and ours. */
import type {
  AliasConfiguration,
  FunctionConfiguration,
  GetFunctionCommandOutput,
} from '@aws-sdk/client-lambda';
import { Secret } from '@im/core';
import { promised, refuse } from '../common/service.ts';
import type { AliasInfo, FunctionDetails, FunctionInfo } from './model.ts';

/** Name, partial ARN or ARN, with or without a qualifier: the pattern of AWS's description. */
const functionName =
  /^(arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{2}(-[a-z]+)*-[a-z]+-\d:)?(\d{12}:)?(function:)?[\w.-]+(:(\$LATEST|[\w-]+))?$/;

/** @throws `VendorError` `invalid_argument` for what names no function */
export function checkName(name: string): string {
  return name.length <= 170 && functionName.test(name)
    ? name
    : refuse('a function is named by its name or ARN: letters, digits, - and _');
}

/** @throws `VendorError` `invalid_argument` for what is neither a version nor an alias */
export function qualifierOf(qualifier: string | undefined) {
  if (qualifier === undefined) return {};
  if (!/^[\w$-]{1,128}$/.test(qualifier))
    refuse('a qualifier is a version, $LATEST, or the name of an alias');
  return { Qualifier: qualifier };
}

/** A function, or a version of it. */
export function toInfo(found: FunctionConfiguration): FunctionInfo {
  const { Environment, LastModified } = found;
  return {
    name: promised(found.FunctionName, 'FunctionName'),
    arn: promised(found.FunctionArn, 'FunctionArn'),
    version: promised(found.Version, 'Version'),
    runtime: found.Runtime,
    handler: found.Handler,
    description: found.Description,
    roleArn: found.Role,
    codeBytes: found.CodeSize,
    codeSha256: found.CodeSha256,
    timeoutSeconds: found.Timeout,
    memoryMb: found.MemorySize,
    state: found.State,
    stateReason: found.StateReason,
    architectures: found.Architectures ?? [],
    environment: Object.fromEntries(
      Object.entries(Environment?.Variables ?? {}).map(([name, value]) => [name, new Secret(value)]),
    ),
    changedAt: LastModified === undefined ? undefined : toInstant(LastModified),
  };
}

/** A function with its tags and code. */
export function toDetails(found: Omit<GetFunctionCommandOutput, '$metadata'>): FunctionDetails {
  const { Code, Concurrency, Configuration, Tags } = found;
  return {
    ...toInfo(promised(Configuration, 'Configuration')),
    tags: Tags ?? {},
    reservedConcurrency: Concurrency?.ReservedConcurrentExecutions,
    ...(Code?.Location !== undefined && { codeUrl: new Secret(Code.Location) }),
    ...(Code?.ImageUri !== undefined && { imageUri: Code.ImageUri }),
  };
}

/** An alias. */
export function toAlias(found: AliasConfiguration): AliasInfo {
  return {
    name: promised(found.Name, 'Name'),
    arn: promised(found.AliasArn, 'AliasArn'),
    version: promised(found.FunctionVersion, 'FunctionVersion'),
    description: found.Description,
    otherVersions: found.RoutingConfig?.AdditionalVersionWeights ?? {},
  };
}

/** `2026-01-31T12:00:00.000+0000` */
function toInstant(text: string): number | undefined {
  const instant = Date.parse(text);
  return Number.isNaN(instant) ? undefined : instant;
}
