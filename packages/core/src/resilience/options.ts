/** Options of the pipeline: replaced by the schema. */
export interface ResilienceInput { readonly timeoutMs?: number }
export type ResilienceOptions = Required<ResilienceInput>;
