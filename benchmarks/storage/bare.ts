/** The vendors' SDKs as they are used without @im: the peers of the storage benchmarks. */
import { Readable } from 'node:stream';

/** What every SDK is asked for. */
export interface BareStore {
  put(key: string, bytes: Uint8Array): Promise<unknown>;
  get(key: string): Promise<Uint8Array>;
  /** One object from a stream, in parts where the SDK has a way for that, with the SDK's own checksums. */
  upload(key: string, pieces: AsyncIterable<Uint8Array>, size: number): Promise<unknown>;
  /** The same in one request, where the SDK can stream one. */
  uploadWhole?(key: string, pieces: AsyncIterable<Uint8Array>, size: number): Promise<unknown>;
  /** Reads to the end and keeps nothing. @returns bytes that came */
  download(key: string): Promise<number>;
  /** Names in order, through the SDK's own paginator. @returns how many there are */
  list(prefix: string): Promise<number>;
}

/** Clouds that are measured. */
export type CloudName = 's3' | 'azure' | 'gcs';

/** Options as the fakes give them; what is read of them is checked when it is used. */
// biome-ignore lint/suspicious/noExplicitAny: the options of three vendors, each read by the function that knows them.
export type FakeOptions = any;

/** Drains a stream. */
export async function drain(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const piece of stream) bytes += piece.byteLength;
  return bytes;
}

async function bareS3({ region, endpoint, bucket: Bucket, credentials }: FakeOptions): Promise<BareStore> {
  const { GetObjectCommand, paginateListObjectsV2, PutObjectCommand, S3Client } = await import(
    '@aws-sdk/client-s3'
  );
  const { Upload } = await import('@aws-sdk/lib-storage');
  const client = new S3Client({
    region,
    endpoint,
    credentials: { ...credentials },
    forcePathStyle: true,
    maxAttempts: 1,
  });
  return {
    put: (Key, Body) => client.send(new PutObjectCommand({ Bucket, Key, Body })),
    get: async (Key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array(0);
    },
    upload: (Key, pieces) => {
      const Body = Readable.from(pieces);
      return new Upload({
        client,
        params: { Bucket, Key, Body },
        partSize: 8 * 1024 * 1024,
        queueSize: 4,
      }).done();
    },
    uploadWhole: (Key, pieces, ContentLength) =>
      client.send(new PutObjectCommand({ Bucket, Key, Body: Readable.from(pieces), ContentLength })),
    download: async (Key) => {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      return drain(Body as Readable);
    },
    list: async (Prefix) => {
      let count = 0;
      for await (const page of paginateListObjectsV2({ client }, { Bucket, Prefix }))
        count += page.Contents?.length ?? 0;
      return count;
    },
  };
}

async function bareAzure(options: FakeOptions): Promise<BareStore> {
  const { BlobServiceClient, StorageSharedKeyCredential } = await import('@azure/storage-blob');
  const { account, endpoint, container, credentials } = options;
  const service = new BlobServiceClient(
    endpoint,
    new StorageSharedKeyCredential(account, credentials.accountKey),
    { retryOptions: { maxTries: 1 } },
  );
  const client = service.getContainerClient(container);
  return {
    put: (key, bytes) => client.getBlockBlobClient(key).upload(bytes, bytes.byteLength),
    get: (key) => client.getBlockBlobClient(key).downloadToBuffer(),
    upload: (key, pieces) =>
      client.getBlockBlobClient(key).uploadStream(Readable.from(pieces), 8 * 1024 * 1024, 4),
    download: async (key) => {
      const { readableStreamBody } = await client.getBlockBlobClient(key).download();
      return drain(readableStreamBody as Readable);
    },
    list: async (prefix) => {
      let count = 0;
      for await (const page of client.listBlobsFlat({ prefix }).byPage())
        count += page.segment.blobItems.length;
      return count;
    },
  };
}

async function bareGcs({ baseUrl, bucket, projectId, credentials }: FakeOptions): Promise<BareStore> {
  const { Storage } = await import('@google-cloud/storage');
  const { OAuth2Client } = await import('google-auth-library');
  const authClient = new OAuth2Client();
  authClient.setCredentials({ access_token: String(credentials.accessToken) });
  const storage = new Storage({
    apiEndpoint: baseUrl.replace(/\/$/, ''),
    useAuthWithCustomEndpoint: true,
    projectId,
    authClient,
    retryOptions: { autoRetry: false },
  });
  const client = storage.bucket(bucket);
  return {
    put: (key, bytes) => client.file(key).save(Buffer.from(bytes), { resumable: false }),
    get: async (key) => (await client.file(key).download())[0],
    upload: (key, pieces) =>
      new Promise((resolve, reject) => {
        const out = client.file(key).createWriteStream({ resumable: false });
        Readable.from(pieces).pipe(out).on('finish', resolve).on('error', reject);
      }),
    download: (key) => drain(client.file(key).createReadStream()),
    list: async (prefix) => (await client.getFiles({ prefix, autoPaginate: true }))[0].length,
  };
}

/** Each SDK, made from the options of the fake it is to talk to. */
export const bareStores: Readonly<Record<CloudName, (options: FakeOptions) => Promise<BareStore>>> = {
  s3: bareS3,
  azure: bareAzure,
  gcs: bareGcs,
};
