/** `/v1/catalogs/products` and `/v1/billing/plans` */
import type { FakeRequest } from '@im/testing';
import type { Account, Stored } from '../account.ts';
import {
  bodyOf,
  type Fields,
  fieldsOf,
  found,
  instant,
  link,
  listOf,
  numbered,
  patched,
  refuse,
  required,
} from '../requests.ts';
import { wantsAll } from '../show.ts';
import { emit, type World } from '../world.ts';
import { keys, type RouteTable } from './table.ts';

const sizes = { usual: 10, most: 20 };

export function showProduct(world: World, { id, fields, createdAt, updatedAt }: Stored) {
  return {
    ...fields,
    id,
    create_time: instant(createdAt),
    update_time: instant(updatedAt),
    links: [
      link(world.base, 'self', `/v1/catalogs/products/${id}`),
      link(world.base, 'edit', `/v1/catalogs/products/${id}`, 'PATCH'),
    ],
  };
}

export function showPlan(world: World, { id, status, fields, createdAt, updatedAt }: Stored) {
  const place = `/v1/billing/plans/${id}`;
  return {
    ...fields,
    id,
    status,
    create_time: instant(createdAt),
    update_time: instant(updatedAt),
    links: [
      link(world.base, 'self', place),
      link(world.base, 'edit', place, 'PATCH'),
      link(
        world.base,
        status === 'ACTIVE' ? 'deactivate' : 'activate',
        `${place}/${status === 'ACTIVE' ? 'deactivate' : 'activate'}`,
        'POST',
      ),
    ],
  };
}

export function catalogRoutes(world: World): RouteTable {
  const createProduct = (request: FakeRequest, account: Account) => {
    const { id: wanted, ...fields } = bodyOf(request);
    required(fields, 'name');
    required(fields, 'type');
    const id = typeof wanted === 'string' ? wanted : `PROD-${world.nextId('product')}`;
    if (account.books.products.has(id)) return refuse(422, 'DUPLICATE_RESOURCE_IDENTIFIER', '/id');
    const now = world.clock.now();
    const product: Stored = { id, status: 'ACTIVE', fields, createdAt: now, updatedAt: now };
    account.books.products.set(id, product);
    emit(world, account, {
      type: 'CATALOG.PRODUCT.CREATED',
      resourceType: 'product',
      resource: showProduct(world, product),
      summary: 'A product has been created.',
      about: [],
    });
    return { show: () => shape(request, showProduct(world, product)) };
  };

  const createPlan = (request: FakeRequest, account: Account) => {
    const { status = 'ACTIVE', ...fields } = bodyOf(request);
    required(fields, 'name');
    const product = required(fields, 'product_id');
    if (!account.books.products.has(product)) return refuse(400, 'INVALID_PARAMETER_VALUE', '/product_id');
    checkCycles(listOf(fields.billing_cycles).map(fieldsOf));
    const now = world.clock.now();
    const id = `P-${world.nextId('plan')}`;
    const plan: Stored = { id, status: String(status), fields, createdAt: now, updatedAt: now };
    account.books.plans.set(id, plan);
    return { show: () => shape(request, showPlan(world, plan)) };
  };

  const planOf = (request: FakeRequest, account: Account) =>
    found(account.books.plans.get(request.params.id ?? ''));
  const turn = (to: string, from: readonly string[]) => (request: FakeRequest, account: Account) => {
    const plan = planOf(request, account);
    if (!from.includes(plan.status)) return refuse(422, 'PLAN_STATUS_INVALID');
    Object.assign(plan, { status: to, updatedAt: world.clock.now() });
    return { status: 204 };
  };

  return {
    'POST /v1/catalogs/products': { keys: keys.billing, run: createProduct },
    'GET /v1/catalogs/products': (request, account) => {
      const { items, totals } = numbered(request, [...account.books.products.values()], sizes);
      const products = items.map((product) => {
        const { id, name, description, create_time, links } = showProduct(world, product) as Fields;
        return { id, name, ...(description !== undefined && { description }), create_time, links };
      });
      return { json: { products, ...totals, links: [link(world.base, 'self', '/v1/catalogs/products')] } };
    },
    'GET /v1/catalogs/products/:id': (request, account) => ({
      json: showProduct(world, found(account.books.products.get(request.params.id ?? ''))),
    }),
    'PATCH /v1/catalogs/products/:id': (request, account) => {
      const product = found(account.books.products.get(request.params.id ?? ''));
      const any = ['add', 'replace', 'remove'];
      product.fields = patched(request, product.fields, {
        description: any,
        category: any,
        image_url: any,
        home_url: any,
      });
      product.updatedAt = world.clock.now();
      return { status: 204 };
    },
    'POST /v1/billing/plans': { keys: keys.billing, run: createPlan },
    'GET /v1/billing/plans': (request, account) => {
      const product = request.query.get('product_id');
      const all = [...account.books.plans.values()].filter(
        ({ fields }) => product === null || fields.product_id === product,
      );
      const { items, totals } = numbered(request, all, sizes);
      return {
        json: {
          plans: items.map((plan) => showPlan(world, plan)),
          ...totals,
          links: [link(world.base, 'self', '/v1/billing/plans')],
        },
      };
    },
    'GET /v1/billing/plans/:id': (request, account) => ({ json: showPlan(world, planOf(request, account)) }),
    'PATCH /v1/billing/plans/:id': (request, account) => {
      const plan = planOf(request, account);
      if (plan.status === 'INACTIVE') return refuse(422, 'PLAN_STATUS_INACTIVE');
      plan.fields = patched(request, plan.fields, {
        description: ['replace'],
        name: ['replace'],
        'payment_preferences/auto_bill_outstanding': ['replace'],
        'taxes/percentage': ['replace'],
      });
      plan.updatedAt = world.clock.now();
      return { status: 204 };
    },
    'POST /v1/billing/plans/:id/activate': turn('ACTIVE', ['CREATED', 'INACTIVE']),
    'POST /v1/billing/plans/:id/deactivate': turn('INACTIVE', ['ACTIVE']),
    'POST /v1/billing/plans/:id/update-pricing-schemes': (request, account) => {
      const plan = planOf(request, account);
      for (const { billing_cycle_sequence: sequence, pricing_scheme: scheme } of listOf(
        bodyOf(request).pricing_schemes,
      ).map(fieldsOf)) {
        const cycle = cyclesOf(plan).find((one) => one.sequence === sequence);
        if (cycle === undefined) return refuse(422, 'INVALID_BILLING_CYCLE_SEQUENCE');
        const { version } = fieldsOf(cycle.pricing_scheme);
        cycle.pricing_scheme = { ...fieldsOf(scheme), version: Number(version ?? 1) + 1 };
      }
      plan.updatedAt = world.clock.now();
      return { status: 204 };
    },
  };
}

const shape = (request: FakeRequest, full: Fields) =>
  wantsAll(request) ? full : { id: full.id, name: full.name, links: full.links };

/** The cycles of a plan, in the order in which they are billed. */
export const cyclesOf = ({ fields }: Stored): Fields[] =>
  listOf(fields.billing_cycles)
    .map(fieldsOf)
    .toSorted((one, other) => Number(one.sequence) - Number(other.sequence));

function checkCycles(cycles: readonly Fields[]): void {
  const regular = cycles.filter(({ tenure_type }) => tenure_type === 'REGULAR');
  if (regular.length === 0) refuse(422, 'MISSING_REGULAR_BILLING_CYCLE');
  if (regular.length > 1) refuse(422, 'MULTIPLE_REGULAR_BILLING_CYCLES_NOT_SUPPORTED');
  if (cycles.length > 3) refuse(422, 'MORE_THAN_TWO_TRIAL_BILLING_CYCLE_NOT_SUPPORTED');
  const sequences = cycles.map(({ sequence }) => Number(sequence)).toSorted((one, other) => one - other);
  if (sequences.some((sequence, index) => sequence !== index + 1))
    refuse(422, 'INVALID_BILLING_CYCLE_SEQUENCE');
}
