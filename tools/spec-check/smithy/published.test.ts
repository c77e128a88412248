import { expect, test } from 'vitest';
import { describeSpecs, published, type Sent, verdictOn, wrongWith } from '../__tests__/exchanges.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const text = { 'content-type': 'text/xml' };

/** A call in JSON by target. */
const call = (target: string, version: string, body: unknown, more: Partial<Sent> = {}): Sent => ({
  request: 'POST /',
  headers: { 'x-amz-target': target, 'content-type': `application/x-amz-json-${version}` },
  body,
  answerHeaders: { 'content-type': `application/x-amz-json-${version}` },
  ...more,
});

describeSpecs('published models of AWS', () => {
  test.each([
    ['cloudfront-2020-05-31', 122],
    ['cloudwatch-2010-08-01', 38],
    ['kms-2014-11-01', 53],
    ['lambda-2015-03-31', 68],
    ['s3-2006-03-01', 98],
    ['secrets-manager-2017-10-17', 23],
    ['ses-2010-12-01', 71],
    ['sesv2-2019-09-27', 97],
    ['sns-2010-03-31', 42],
    ['sqs-2012-11-05', 23],
  ])('%s is read with its %d operations', async (name, count) => {
    const description = published(`aws/${name}.json`);
    expect((await verdictOn(description)).described).toBe(count);
    // Every schema and layout must be there to be compiled.
    const empty = description.operations.map(({ method, template }) => ({
      request: `${method} ${template.replaceAll(/\{[^}]+\}/g, 'x')}`,
      body: 'x',
      status: 200,
      answer: 'x',
    }));
    expect((await verdictOn(description, ...empty)).requests).toBe(empty.length);
  });

  test.each<[string, string, Sent, string]>([
    [
      'sqs-2012-11-05',
      'an unknown member',
      call('AmazonSQS.SendMessage', '1.0', { QueueUrl: 'q', MessageBody: 'x', Delay: 1 }),
      'SendMessage request body: has a property that is not described: Delay',
    ],
    [
      'sqs-2012-11-05',
      'an error without a name',
      call(
        'AmazonSQS.SendMessage',
        '1.0',
        { QueueUrl: 'q', MessageBody: 'x' },
        { status: 400, answer: { message: 'no' } },
      ),
      'SendMessage answer status 400: is an error that gives no name',
    ],
    [
      'sqs-2012-11-05',
      'a name of the query protocol that is another error’s',
      call(
        'AmazonSQS.SendMessage',
        '1.0',
        { QueueUrl: 'q', MessageBody: 'x' },
        {
          status: 400,
          answer: { __type: 'com.amazonaws.sqs#QueueDoesNotExist' },
          answerHeaders: {
            'content-type': 'application/x-amz-json-1.0',
            'x-amzn-query-error': 'QueueDoesNotExist;Sender',
          },
        },
      ),
      'SendMessage answer status 400 header x-amzn-query-error: names another error than AWS.SimpleQueueService.NonExistentQueue',
    ],
    [
      'kms-2014-11-01',
      'a wrong enumeration',
      call('TrentService.Encrypt', '1.1', { KeyId: 'k', Plaintext: 'AQ==', EncryptionAlgorithm: 'ROT13' }),
      'Encrypt request body EncryptionAlgorithm: must be one of ["SYMMETRIC_DEFAULT","RSAES_OAEP_SHA_1","RSAES_OAEP_SHA_256","SM2PKE"]',
    ],
    [
      'kms-2014-11-01',
      'bytes that are not base64',
      call('TrentService.Encrypt', '1.1', { KeyId: 'k', Plaintext: 'not base64' }),
      'Encrypt request body Plaintext: must match format "byte"',
    ],
    [
      'secrets-manager-2017-10-17',
      'a missing member',
      call('secretsmanager.GetSecretValue', '1.1', {}),
      "GetSecretValue request body: must have required property 'SecretId'",
    ],
    [
      'secrets-manager-2017-10-17',
      'a time as text',
      call(
        'secretsmanager.DescribeSecret',
        '1.1',
        { SecretId: 's' },
        { status: 200, answer: { CreatedDate: '2026-01-31' } },
      ),
      'DescribeSecret answer status 200 body CreatedDate: must be number',
    ],
    [
      'lambda-2015-03-31',
      'a wrong value in a header',
      { request: 'POST /2015-03-31/functions/f/invocations', headers: { 'x-amz-invocation-type': 'Later' } },
      'Invoke request header parameter x-amz-invocation-type: must be one of ["Event","RequestResponse","DryRun"]',
    ],
    [
      'lambda-2015-03-31',
      'a number beyond its range',
      { request: 'GET /2015-03-31/functions?MaxItems=0' },
      'ListFunctions request query parameter MaxItems: must be >= 1',
    ],
    [
      'sesv2-2019-09-27',
      'an unknown member, deep inside',
      {
        request: 'POST /v2/email/outbound-emails',
        headers: { 'content-type': 'application/json' },
        body: { Content: { Simple: { Subject: { Text: 'x' }, Body: {} } } },
      },
      'SendEmail request body Content.Simple.Subject: has a property that is not described: Text',
    ],
    [
      'sesv2-2019-09-27',
      'a list of identities by POST, as newer clients ask for it, with a page size that is none',
      {
        request: 'POST /v2/email/list-identities',
        headers: { 'content-type': 'application/json' },
        body: { PageSize: 'many', Filter: {} },
      },
      'ListEmailIdentities request query parameter PageSize: must be integer',
    ],
    [
      'sns-2010-03-31',
      'a map that is written as a list',
      {
        request: 'POST /',
        headers: form,
        body: `Action=Publish&Version=2010-03-31&Message=m&MessageAttributes.member.1.Name=a`,
      },
      'Publish request body MessageAttributes.member: has no place here; entry has',
    ],
    [
      'cloudwatch-2010-08-01',
      'a list that is flattened',
      { request: 'POST /', headers: form, body: 'Action=DeleteAlarms&Version=2010-08-01&AlarmNames.1=a' },
      'DeleteAlarms request body AlarmNames.1: has no place here; member has',
    ],
    [
      'ses-2010-12-01',
      'an answer in another namespace',
      {
        request: 'POST /',
        headers: form,
        body: 'Action=GetSendQuota&Version=2010-12-01',
        status: 200,
        answerHeaders: text,
        answer:
          '<GetSendQuotaResponse xmlns="urn:x"><GetSendQuotaResult/><ResponseMetadata/></GetSendQuotaResponse>',
      },
      'GetSendQuota answer status 200 body: is in another namespace than http://ses.amazonaws.com/doc/2010-12-01/',
    ],
    [
      'cloudfront-2020-05-31',
      'an element that is missing',
      {
        request: 'POST /2020-05-31/distribution/D/invalidation',
        headers: { 'content-type': 'application/xml' },
        body: '<InvalidationBatch><Paths><Quantity>1</Quantity></Paths></InvalidationBatch>',
      },
      "CreateInvalidation request body: must have required property 'CallerReference'",
    ],
  ])('%s: %s is a violation', async (name, _, sent, violation) => {
    expect(await wrongWith(published(`aws/${name}.json`), sent)).toContain(violation);
  });
});
