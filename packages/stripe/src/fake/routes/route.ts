import type { Account, Kinds } from '../account.ts';
import type { Input } from '../input.ts';
import type { PageOf } from '../intent-charge.ts';
import { pageOf } from '../lists.ts';

/** A request whose sender is known. */
export interface Visit {
  readonly account: Account;
  readonly input: Input;
  /** `:id` of the path. */
  readonly id: string;
  readonly path: string;
  /** Address of the fake. */
  readonly base: string;
  readonly actionPage: PageOf;
  /** Whether a search finds an object by now. */
  isIndexed(object: { readonly created: number }): boolean;
}

/** What it needs of a restricted key, and what it answers. */
export type Route = readonly [permission: string, run: (visit: Visit) => object];

/** By method and path. */
export type Routes = Readonly<Record<string, Route>>;

/** Kinds that have a time of creation, by which they are listed. */
type Listed = {
  [Name in keyof Kinds]: Kinds[Name] extends { readonly created: number } ? Name : never;
}[keyof Kinds];

/** A list of everything of a kind. `filters`: parameters that are compared with the field of their name. */
export function listing(kind: Listed, permission: string, filters = ''): Route {
  return [permission, ({ account, input, path }) => pageOf(account.all(kind), input, path, filters)];
}

/** One object by its id. */
export function one(kind: keyof Kinds, permission: string): Route {
  return [
    permission,
    ({ account, input, id }) => {
      input.only('');
      return account.get(kind, id);
    },
  ];
}
