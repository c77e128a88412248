import { createTransport, type Transport } from '@im/http';

/** The connections of all clients of AWS in this process, for those that were not given another transport. */
export const awsTransport: Transport = createTransport();
