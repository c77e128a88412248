import { expect, test } from 'vitest';
import { describeSpecs, published, type Sent, wrongWith } from '../__tests__/exchanges.ts';

describeSpecs('exchanges by the published model of S3', () => {
  const s3 = published('aws/s3-2006-03-01.json');
  const xml = { 'content-type': 'application/xml' };
  const md5 = { 'content-md5': 'AAAA', ...xml };
  const listed = (inner: string): Sent => ({
    request: 'GET /bucket?list-type=2&prefix=a%2Fb',
    status: 200,
    answerHeaders: xml,
    answer: `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><IsTruncated>false</IsTruncated>${inner}</ListBucketResult>`,
  });
  const contents = (inner: string) => listed(`<Contents><Key>a</Key>${inner}</Contents>`);
  const got = (more: Partial<Sent>): Sent => ({ request: 'GET /bucket/key', ...more });
  const put = (headers: Record<string, string>, more: Partial<Sent> = {}): Sent => ({
    request: 'PUT /bucket/key?x-id=PutObject',
    headers,
    body: 'anything',
    ...more,
  });
  const deleted = (inner: string): Sent => ({
    request: 'POST /bucket?delete',
    headers: md5,
    body: `<Delete>${inner}</Delete>`,
  });
  const error = (inner: string) => `<?xml version="1.0"?>\n<Error>${inner}</Error>`;

  test.each<[string, Sent]>([
    ['bytes of any kind, and none', put({})],
    [
      'a part of an object',
      got({
        headers: { range: 'bytes=0-1' },
        status: 206,
        answerHeaders: { 'content-range': 'bytes 0-1/9' },
        answer: 'ab',
      }),
    ],
    [
      'an object that has not changed',
      got({ headers: { 'if-none-match': '"1"' }, status: 304, answerHeaders: { etag: '"1"' } }),
    ],
    [
      'a list of odd keys',
      listed(
        '<Contents><Key>&quot;&amp;&#x1F600;&lt;</Key><ETag>&quot;1&quot;</ETag><Size>1</Size></Contents>'.repeat(
          1000,
        ),
      ),
    ],
    [
      'an error of the model',
      got({
        status: 404,
        answerHeaders: xml,
        answer: error('<Code>NoSuchKey</Code><Message>no</Message><Key>key</Key>'),
      }),
    ],
    [
      'an error that the model leaves out',
      got({
        status: 412,
        answerHeaders: xml,
        answer: error('<Code>PreconditionFailed</Code><Message>no</Message><Condition>If-Match</Condition>'),
      }),
    ],
    ['a failure of HEAD, which has no body', { request: 'HEAD /bucket/key', status: 404 }],
    [
      'a bucket in another region',
      got({
        status: 301,
        answerHeaders: xml,
        answer: error('<Code>PermanentRedirect</Code><Message>there</Message><Endpoint>x</Endpoint>'),
      }),
    ],
    [
      'an error that comes late',
      {
        request: 'POST /bucket/key?uploadId=1',
        headers: xml,
        body: '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>x</ETag></Part></CompleteMultipartUpload>',
        status: 200,
        answerHeaders: xml,
        answer: error('<Code>InternalError</Code><Message>try again</Message>'),
      },
    ],
    [
      'a place',
      {
        request: 'GET /bucket?location',
        status: 200,
        answerHeaders: xml,
        answer:
          '<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">eu-west-1</LocationConstraint>',
      },
    ],
    [
      'no place',
      { request: 'GET /bucket?location', status: 200, answerHeaders: xml, answer: '<LocationConstraint/>' },
    ],
  ])('%s is fine', async (_, sent) => {
    expect(await wrongWith(s3, sent)).toEqual([]);
  });

  test.each<[string, Sent, string]>([
    [
      'a missing header',
      got({ request: 'GET /bucket/key?attributes' }),
      'GetObjectAttributes request header parameter x-amz-object-attributes: is required',
    ],
    [
      'a missing upload',
      put({}, { request: 'PUT /bucket/key?partNumber=1' }),
      'UploadPart request query parameter uploadId: is required',
    ],
    [
      'a misspelt header',
      put({ 'x-amz-metadata-a': '1' }),
      'PutObject request header x-amz-metadata-a: is not described',
    ],
    [
      'a wrong storage class',
      put({ 'x-amz-storage-class': 'COLD' }),
      expect.stringContaining(
        'PutObject request header parameter x-amz-storage-class: must be one of ["STANDARD",',
      ),
    ],
    [
      'an attribute that is none, among others',
      got({ request: 'GET /bucket/key?attributes', headers: { 'x-amz-object-attributes': 'ETag, Size' } }),
      expect.stringContaining(
        'GetObjectAttributes request header parameter x-amz-object-attributes ([]): must be one of',
      ),
    ],
    [
      'a header of another operation',
      put({ 'x-amz-copy-source': '/a/b' }),
      'PutObject request header x-amz-copy-source: is not described',
    ],
    [
      'an unknown query',
      got({ request: 'GET /bucket/key?version=1' }),
      'GetObject request query parameter version: is not described',
    ],
    [
      'a wrong element',
      deleted('<Object><Name>a</Name></Object>'),
      'DeleteObjects request body Objects[]: has a property that is not described: <Name>',
    ],
    [
      'a list under the name of the model',
      deleted('<Objects><Key>a</Key></Objects>'),
      'DeleteObjects request body: has a property that is not described: <Objects>',
    ],
    [
      'no checksum where one must be',
      { ...deleted('<Object><Key>a</Key></Object>'), headers: xml },
      'DeleteObjects request header x-amz-checksum-*: is required, or content-md5 is',
    ],
    [
      'another status',
      put({}, { status: 201 }),
      'PutObject answer status 201: is not that of a success: 200',
    ],
    [
      'a part that nobody asked for',
      got({ status: 206, answerHeaders: { 'content-range': 'bytes 0-1/9' }, answer: 'ab' }),
      'GetObject answer status 206: is not that of a success: 200',
    ],
    [
      'an invented header',
      put({}, { status: 200, answerHeaders: { 'x-amz-colour': 'red' } }),
      'PutObject answer status 200 header x-amz-colour: is not described',
    ],
    [
      'an invented element',
      contents('<Colour>red</Colour>'),
      'ListObjectsV2 answer status 200 body Contents[]: has a property that is not described: <Colour>',
    ],
    [
      'a size that is none',
      contents('<Size>big</Size>'),
      'ListObjectsV2 answer status 200 body Contents[].Size: must be integer',
    ],
    [
      'a date of HTTP in XML',
      contents('<LastModified>Sat, 31 Jan 2026 10:00:00 GMT</LastModified>'),
      'ListObjectsV2 answer status 200 body Contents[].LastModified: must match format "date-time"',
    ],
    [
      'a date of XML in HTTP',
      got({ status: 200, answerHeaders: { 'last-modified': '2026-01-31T10:00:00Z' }, answer: 'x' }),
      'GetObject answer status 200 header last-modified: must match format "http-date"',
    ],
    [
      'an answer that ends halfway',
      { ...listed(''), answer: '<ListBucketResult><Name>bucket' },
      'ListObjectsV2 answer status 200 body: is not XML: InvalidXml',
    ],
    [
      'an error in JSON',
      got({
        status: 404,
        answerHeaders: { 'content-type': 'application/json' },
        answer: { Code: 'NoSuchKey' },
      }),
      'GetObject answer status 404: is an error that gives no name',
    ],
    [
      'an error without a message',
      got({ status: 403, answerHeaders: xml, answer: error('<Code>AccessDenied</Code>') }),
      "GetObject answer status 403 body: must have required property 'Message'",
    ],
    [
      'an error under another status',
      got({ status: 400, answerHeaders: xml, answer: error('<Code>NoSuchKey</Code><Message>no</Message>') }),
      'GetObject answer status 400: is not that of the error NoSuchKey: 404',
    ],
    [
      'an error that the model leaves out, under another status',
      got({
        status: 409,
        answerHeaders: xml,
        answer: error('<Code>PreconditionFailed</Code><Message>no</Message>'),
      }),
      'GetObject answer status 409: is not that of the error PreconditionFailed: 412',
    ],
  ])('%s is a violation', async (_, sent, violation) => {
    expect(await wrongWith(s3, sent)).toContainEqual(violation);
  });
});
