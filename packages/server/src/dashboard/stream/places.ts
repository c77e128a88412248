/** How many streams are open at the same time: in all, and of each tenant, so that one leaves room for the others. */

/** Places for streams. */
export class Places {
  readonly #most: { readonly all: number; readonly perTenant: number };
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(most: { readonly all: number; readonly perTenant: number }) {
    this.#most = most;
  }

  /** @returns what gives the place back; `undefined` when there is none. @param tenant of a caller that has one */
  take(tenant: string | undefined): (() => void) | undefined {
    const own = tenant === undefined ? 0 : (this.#taken.get(tenant) ?? 0);
    if (this.#all >= this.#most.all || own >= this.#most.perTenant) return undefined;
    this.#count(tenant, 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#count(tenant, -1);
    };
  }

  #count(tenant: string | undefined, by: number): void {
    this.#all += by;
    if (tenant === undefined) return;
    const own = (this.#taken.get(tenant) ?? 0) + by;
    if (own === 0) this.#taken.delete(tenant);
    else this.#taken.set(tenant, own);
  }
}
