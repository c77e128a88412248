/** The latest things that happened, newest first: of all tenants, and of each, so that one pushes nothing of another out. */
export class Latest<Item extends { readonly tenant: string }> {
  readonly #most: number;
  readonly #mostPerTenant: number;
  readonly #all: Item[] = [];
  readonly #byTenant = new Map<string, Item[]>();

  /** @param most items kept of all tenants together @param mostPerTenant items kept of each of them */
  constructor(most: number, mostPerTenant: number) {
    this.#most = most;
    this.#mostPerTenant = mostPerTenant;
  }

  add(item: Item): void {
    const own = this.#byTenant.get(item.tenant) ?? [];
    this.#byTenant.set(item.tenant, own);
    put(this.#all, item, this.#most);
    put(own, item, this.#mostPerTenant);
  }

  /** Of one tenant; `undefined`: of all. */
  of(tenant?: string): readonly Item[] {
    return tenant === undefined ? this.#all : (this.#byTenant.get(tenant) ?? []);
  }

  /** Forgets what tenants that are gone left behind. */
  keepOnly(tenants: ReadonlySet<string>): void {
    for (const tenant of this.#byTenant.keys()) if (!tenants.has(tenant)) this.#byTenant.delete(tenant);
  }
}

function put<Item>(list: Item[], item: Item, most: number): void {
  list.unshift(item);
  if (list.length > most) list.length = most;
}
