/** Who signs. The members are named as the SDK names them, so that it takes one as it is. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Absent: they do not end by themselves. */
  readonly expiration?: Date;
}

/** What a wait for credentials needs to know of the call that waits. */
export interface CredentialCall {
  readonly signal: AbortSignal;
}

/** Gives credentials to whoever signs. Made by `createCredentials`. */
export interface AwsCredentials {
  /**
   * Credentials that are good now; however many ask, they are fetched once.
   *
   * @throws `VendorError` with `sent: false` when none can be had; the signal's reason
   */
  get(call: CredentialCall): Promise<AwsIdentity>;
  /** The same without waiting, where there are some that are good for a while. */
  current(): AwsIdentity | undefined;
  /** AWS refused those with this access key id as expired: the next `get` fetches others, where there are any. */
  refused(accessKeyId: string): void;
  /** What must not stand in a message. */
  secrets(): readonly string[];
}
