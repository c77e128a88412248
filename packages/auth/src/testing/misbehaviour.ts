/** How the fake server lies, where a test wants it to. */
import type { JWK } from 'jose';

/** Lies. Each is given what would be right, and gives what is answered. */
export interface Misbehaviour {
  readonly discovery?: (document: Record<string, unknown>) => Record<string, unknown>;
  readonly keys?: (keys: readonly JWK[]) => readonly JWK[];
  readonly callback?: (parameters: URLSearchParams) => void;
  readonly idToken?: (claims: Record<string, unknown>) => Record<string, unknown>;
  readonly idTokenHeader?: (header: Record<string, unknown>) => Record<string, unknown>;
  /** The whole token, signed or not. */
  readonly signedIdToken?: (token: string) => string;
  readonly tokens?: (body: Record<string, unknown>) => Record<string, unknown>;
  readonly userInfo?: (claims: Record<string, unknown>) => Record<string, unknown>;
  /** Waited for before a token request is handled; throw a `FakeResponse` to answer with it instead. */
  readonly beforeTokens?: (form: URLSearchParams) => void | Promise<void>;
  /** Waited for after it was handled, before the answer leaves. */
  readonly afterTokens?: (form: URLSearchParams) => void | Promise<void>;
  /** `deny`: the user does not agree. */
  readonly decision?: 'deny';
}
