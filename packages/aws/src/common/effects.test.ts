import { DescribeAlarmsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { GenerateDataKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms';
import { InvokeCommand, ListFunctionsCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { PublishCommand, TagResourceCommand } from '@aws-sdk/client-sns';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Effect } from '@im/core';
import { describe, expect, it } from 'vitest';
import { effectOf } from './effects.ts';
import type { SdkCommand } from './sdk.ts';

type CommandClass = new (input: never) => SdkCommand;

const cases: readonly (readonly [CommandClass, Effect, string?])[] = [
  [GetItemCommand, 'read'],
  [PutItemCommand, 'idempotent'],
  [UpdateItemCommand, 'unsafe'],
  [TransactWriteItemsCommand, 'keyed', 'ClientRequestToken'],
  [GenerateDataKeyCommand, 'read'],
  [ScheduleKeyDeletionCommand, 'unsafe'],
  [InvokeCommand, 'unsafe'],
  [ListFunctionsCommand, 'read'],
  [PutFunctionConcurrencyCommand, 'idempotent'],
  [HeadObjectCommand, 'read'],
  [ListBucketsCommand, 'read'],
  [PutObjectCommand, 'idempotent'],
  [DeleteObjectCommand, 'idempotent'],
  [GetSecretValueCommand, 'read'],
  [CreateSecretCommand, 'keyed', 'ClientRequestToken'],
  [RotateSecretCommand, 'keyed', 'ClientRequestToken'],
  [PublishCommand, 'unsafe'],
  [TagResourceCommand, 'idempotent'],
  [ReceiveMessageCommand, 'unsafe'],
  [SendMessageCommand, 'unsafe'],
  [PutMetricDataCommand, 'unsafe'],
  [DescribeAlarmsCommand, 'read'],
];

describe('the effect of a command', () => {
  it.each(cases.map(([Command, effect, member]) => [Command.name, Command, effect, member] as const))(
    '%s',
    (_name, Command, effect, tokenMember) => {
      expect(effectOf(new Command({} as never))).toEqual({ effect, ...(tokenMember && { tokenMember }) });
    },
  );

  it('is unsafe for what nobody knows', () => {
    class LaunchRocketCommand {
      readonly input = {};
      readonly middlewareStack = {};
      resolveMiddleware = () => async () => ({ output: {} });
    }
    expect(effectOf(new LaunchRocketCommand())).toEqual({ effect: 'unsafe' });
  });
});
