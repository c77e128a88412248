import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOptions } from '@im/core';
import { describe, expect, it } from 'vitest';
import { addressOf } from './address.ts';
import { dialects } from './dialects.ts';
import { s3 } from './index.ts';

interface EndpointTest {
  readonly documentation?: string;
  readonly params: Readonly<Record<string, unknown>> & {
    readonly Bucket?: string;
    readonly Region?: string;
    readonly Endpoint?: string;
  };
  readonly expect: { readonly endpoint?: { readonly url: string } };
}

const file = join(process.env.IM_SPECS ?? '', 'aws/s3-2006-03-01.json');
const hasSpecs = process.env.IM_SPECS !== undefined && existsSync(file);
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };

/** What this package has no option for. */
const others =
  /^(UseFIPS|UseDualStack|Accelerate|UseGlobalEndpoint|UseObjectLambdaEndpoint|UseS3ExpressControlEndpoint|DisableMultiRegionAccessPoints|UseArnRegion)$/;

describe.skipIf(!hasSpecs)(
  `addresses as the vendor’s own tests have them${hasSpecs ? '' : ': skipped, IM_SPECS is not set'}`,
  () => {
    const cases = hasSpecs ? readCases() : [];

    it('are enough to prove something', () => {
      expect(cases.length).toBeGreaterThanOrEqual(8);
    });

    it.each(cases)('$params.Bucket in $params.Region, $params.Endpoint', ({ params, expect: expected }) => {
      const { Bucket: bucket = '', Region: region = '', Endpoint: endpoint } = params;
      const options = parseOptions(s3, { bucket, region, endpoint, credentials });
      expect(addressOf(options).bucket.href.replace(/\/$/, '')).toBe(expected.endpoint?.url);
    });
  },
);

/** Those of plain buckets, with nothing switched on, at Amazon’s address or at one in the path of another. */
function readCases(): readonly EndpointTest[] {
  const { shapes } = JSON.parse(readFileSync(file, 'utf8'));
  const { testCases } = shapes['com.amazonaws.s3#AmazonS3'].traits['smithy.rules#endpointTests'];
  return (testCases as readonly EndpointTest[]).filter(({ params, expect: expected }) => {
    const { Bucket = '', Region, Endpoint, ForcePathStyle } = params;
    const isSwitched = Object.entries(params).some(([name, value]) => others.test(name) && value === true);
    const isOurs = Endpoint === undefined ? ForcePathStyle !== true : ForcePathStyle === true;
    const isPlain =
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(Bucket) && !/--(x|op)-s3$|-s3alias$/.test(Bucket);
    return expected.endpoint !== undefined && !isSwitched && isOurs && isPlain && Region !== 'aws-global';
  });
}

it.runIf(process.env.CI === 'true' && !hasSpecs)('the vendor’s tests of addresses must be there in CI', () =>
  Promise.reject(new Error('IM_SPECS is not set')),
);

describe('addresses', () => {
  const of = (options: object) =>
    addressOf(parseOptions(s3, { region: 'eu-north-1', bucket: 'b.ucket', credentials, ...options }));

  it('have the bucket in the host, but in the path where its name has a dot or an endpoint is given', () => {
    expect(of({ bucket: 'bucket' }).bucket.href).toBe('https://bucket.s3.eu-north-1.amazonaws.com/');
    expect(of({}).bucket.href).toBe('https://s3.eu-north-1.amazonaws.com/b.ucket/');
    expect(of({ endpoint: 'http://127.0.0.1:9000/base/' }).bucket.href).toBe(
      'http://127.0.0.1:9000/base/b.ucket/',
    );
  });

  it('follow the partition and the dialect', () => {
    expect(of({ region: 'cn-north-1' }).service).toBe('https://s3.cn-north-1.amazonaws.com.cn');
    expect(of({ region: 'eusc-de-east-1' }).service).toBe('https://s3.eusc-de-east-1.amazonaws.eu');
    expect(of({ dialect: 'b2', region: 'us-west-004' }).bucket.href).toBe(
      'https://s3.us-west-004.backblazeb2.com/b.ucket/',
    );
  });

  it('are known, or have to be given, for every dialect; each of which says where it is documented', () => {
    for (const [dialect, row] of Object.entries(dialects)) {
      expect(row.docs).toMatch(/^https:\/\//);
      const make = () => of({ dialect });
      if ('endpoint' in row) expect(make().service).toMatch(/^https:\/\//);
      else expect(make).toThrow(/endpoint is missing/);
    }
  });
});
