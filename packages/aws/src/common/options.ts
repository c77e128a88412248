/** Options that all services of AWS have in common, to be spread into each one's own. */
import { secret } from '@im/core';
import { z } from 'zod';

const roleArn = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

/** Names under which AWS's own tools look for the same values: https://docs.aws.amazon.com/sdkref/latest/guide/environment-variables.html */
type EnvironmentNames = Readonly<
  Record<'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'profile', string>
>;

const awsNames: EnvironmentNames = {
  accessKeyId: 'AWS_ACCESS_KEY_ID',
  secretAccessKey: 'AWS_SECRET_ACCESS_KEY',
  sessionToken: 'AWS_SESSION_TOKEN',
  profile: 'AWS_PROFILE',
};

/** `names`: absent for credentials that only lead to others, whose variables would otherwise be the same ones. */
function keys(names?: EnvironmentNames) {
  return z.strictObject({
    accessKeyId: z
      .string()
      .regex(/^[\w+=,.@-]{3,128}$/, 'must be an access key id, such as AKIAIOSFODNN7EXAMPLE')
      .meta({ description: 'access key id', ...env(names?.accessKeyId) }),
    secretAccessKey: secret().meta({
      description: 'secret of the access key',
      ...env(names?.secretAccessKey),
    }),
    sessionToken: secret()
      .optional()
      .meta({
        description: 'token of a temporary session, where the keys are of one',
        ...env(names?.sessionToken),
      }),
  });
}

function profile(names?: EnvironmentNames) {
  return z.strictObject({
    profile: z
      .string()
      .min(1)
      .meta({ description: 'profile of the shared configuration files', ...env(names?.profile) }),
  });
}

const role = z
  .string()
  .regex(roleArn, 'must be the ARN of a role, such as arn:aws:iam::123456789012:role/reader')
  .meta({ description: 'role to take on', env: 'AWS_ROLE_ARN' });
const sessionName = z
  .string()
  .regex(/^[\w+=,.@-]{2,64}$/, 'must be 2 to 64 letters, digits or +=,.@-_')
  .default('im')
  .meta({ description: 'name of the session, seen in CloudTrail', env: 'AWS_ROLE_SESSION_NAME' });
const durationSeconds = z
  .number()
  .int()
  .min(900)
  .max(43_200)
  .default(3_600)
  .describe('how long a session lasts, in seconds; no longer than the role allows');
const stsEndpoint = z.url().optional().describe('base URL of STS; default: the one of the region');

const assumeRole = z.strictObject({
  roleArn: role,
  sessionName,
  durationSeconds,
  externalId: z
    .string()
    .regex(/^[\w+=,.@:/-]{2,1224}$/, 'must be 2 to 1224 letters, digits or +=,.@:/-')
    .optional()
    .describe("what the role's owner demands to be told: ExternalId"),
  source: z
    .union([keys(), profile()])
    .optional()
    .describe("credentials that may take on the role; default: the SDK's default chain"),
  stsEndpoint,
});

const webIdentity = z.strictObject({
  roleArn: role,
  tokenFile: z.string().min(1).meta({
    description:
      'file with a token of the identity provider, read anew for each session (IRSA, GitHub Actions)',
    env: 'AWS_WEB_IDENTITY_TOKEN_FILE',
  }),
  sessionName,
  durationSeconds,
  stsEndpoint,
});

/**
 * How requests are signed, told apart by what is there: `accessKeyId` (keys), `tokenFile` (web identity), `roleArn` (a
 * role is taken on), `profile`. Absent: the SDK's default chain is asked.
 */
const credentials = z
  .union([keys(awsNames), assumeRole, webIdentity, profile(awsNames)])
  .optional()
  .describe(
    "who signs the requests; default: whom the SDK's default chain finds (environment, files, container, instance)",
  );

/** Spread into a strict object: `z.strictObject({ ...awsOptions, bucket: … })`. */
export const awsOptions = {
  region: z
    .string()
    .regex(/^(?=.{2,32}$)[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'must be the name of a region, such as eu-central-1')
    .meta({ description: 'region, such as eu-central-1', env: 'AWS_REGION' }),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'base URL of the service, for one that is compatible, or a fake; default: the one of the region',
    ),
  credentials,
};

const object = z.strictObject(awsOptions);

/** The common options once checked. */
export type AwsOptions = z.output<typeof object>;

/** Where requests get their credentials from, once checked. */
export type CredentialOptions = AwsOptions['credentials'];

/** Static keys, once checked. */
export type KeyOptions = z.output<ReturnType<typeof keys>>;

/** A profile, once checked. */
export type ProfileOptions = z.output<ReturnType<typeof profile>>;

/** Hosts of AWS in all public partitions; everything else is refused unless it is the `endpoint`. */
export const awsEgress = ['*.amazonaws.com', '*.amazonaws.com.cn', '*.amazonaws.eu', '*.api.aws'];

function env(name: string | undefined): { readonly env?: string } {
  return name === undefined ? {} : { env: name };
}
