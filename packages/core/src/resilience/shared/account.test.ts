import { expect, it } from 'vitest';
import { memoryState } from '../../state.ts';
import { Account } from './account.ts';
import { Fleet } from './fleet.ts';
import { readLedger } from './ledger.ts';

const windowMs = 1_000;

/** A process that the test stops and lets go on: its timers wait for it. */
function setUp() {
  let now = 1_000_000;
  let due: (() => void)[] = [];
  const clock = {
    now: () => now,
    schedule: (_: number, callback: () => void) => {
      due.push(callback);
      return () => {
        due = due.filter((one) => one !== callback);
      };
    },
  };
  const state = memoryState(clock);
  const names = { provider: 'vendor', integration: 'vendor', tenant: 'default' };
  const errors = { docs: 'https://vendor.test/', rows: [] };
  const fleet = new Fleet({ names, errors, clock, state, random: () => 0.5 });
  const dated: (readonly [from: number, now: number])[] = [];
  const account = new Account('limit', fleet, windowMs, (...both) => dated.push(both));
  const settle = (permits: number) =>
    account.settle(
      (_, at) => ({ lease: { permits, until: at + windowMs, seen: at }, evenly: 0 }),
      () => false,
    );
  return {
    account,
    dated,
    settle,
    ledger: async () => readLedger((await state.get('limit'))?.value),
    pass(ms: number) {
      now += ms;
    },
    goOn() {
      for (const callback of due.splice(0)) callback();
    },
  };
}

it('dates a start when its call has surely begun, however long the process was stopped in between', async () => {
  const { account, dated, settle, ledger, pass, goOn } = setUp();
  account.spend(1_000_000);
  account.spend(1_000_000);
  pass(400);
  goOn();
  expect(account.spent(1_000_400)).toEqual([[1_000_400, 2]]);
  expect(dated).toEqual([[1_000_000, 1_000_400]]);
  await settle(5);
  expect(await ledger()).toMatchObject({ starts: [[1_000_400, 2]] });
  expect(account.owes).toBe(false);
});

it('counts what is not dated yet as part of the lease, so that nothing is left out', async () => {
  const { account, settle, ledger, pass, goOn } = setUp();
  account.spend(1_000_000);
  await settle(5);
  const { starts, leases } = await ledger();
  expect(starts).toEqual([]);
  expect([...leases.values()].map(({ permits }) => permits)).toEqual([6]);
  pass(10);
  goOn();
  await settle(5);
  expect(await ledger()).toMatchObject({ starts: [[1_000_010, 1]] });
});
