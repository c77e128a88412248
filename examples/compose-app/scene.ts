/** What two tenants do in one application, and what each must see: its own, and nothing of the other's. */
import type { Answer, Asked, Visitor } from './visitor.ts';

/** One thing that was asked. */
export interface Step extends Asked {
  readonly answer: Answer;
}

/** What happened, and what was wrong. */
export interface Played {
  readonly steps: readonly Step[];
  readonly faults: readonly string[];
}

const tenants = ['acme', 'zest'] as const;
const card = 'pm_card_visa';

/** Plays it. The tenants order at the same time; then each looks at what there is. */
export async function play(visitor: Visitor): Promise<Played> {
  const steps: Step[] = [];
  const faults: string[] = [];
  const ask = async (asked: Asked): Promise<Answer> => {
    const answer = await visitor.ask(asked);
    steps.push({ ...asked, answer });
    return answer;
  };
  const holds = (isSo: boolean, says: string, answer: Answer): void => {
    if (!isSo) faults.push(`${says}: ${answer.status} ${JSON.stringify(answer.body)}`);
  };
  const seen = new Map<string, string[]>();

  const buy = async (tenant: string): Promise<void> => {
    const reference = `${tenant}-1`;
    const profile = await ask({ tenant, what: 'profile' });
    const { user } = profile.body as { readonly user?: string };
    holds(profile.status === 200 && user !== undefined, `${tenant} has no listener`, profile);

    const order = { reference, title: 'Low Tide', method: card };
    const sold = await ask({ tenant, what: 'order', order });
    const receipt = sold.body as {
      readonly payment?: string;
      readonly status?: string;
      readonly track?: string;
    };
    const isPaid = sold.status === 201 && receipt.status === 'captured' && receipt.track === 'Low Tide';
    holds(isPaid, `${tenant} could not buy`, sold);
    const again = await ask({ tenant, what: 'order', order });
    holds(
      (again.body as { readonly payment?: string }).payment === receipt.payment,
      `${tenant} paid twice for one order`,
      again,
    );
    const kept = await ask({ tenant, what: 'receipt', reference });
    holds(JSON.stringify(kept.body) === JSON.stringify(sold.body), `${tenant} lost a receipt`, kept);
    seen.set(tenant, [user ?? '', receipt.payment ?? '']);
  };
  await Promise.all(tenants.map(buy));

  for (const tenant of tenants) {
    const own = `receipts/${tenant}-1.json`;
    const list = await ask({ tenant, what: 'receipts' });
    holds(
      JSON.stringify(list.body) === JSON.stringify([own]),
      `${tenant} does not see its receipts alone`,
      list,
    );
    for (const other of tenants.filter((one) => one !== tenant)) {
      const foreign = await ask({ tenant, what: 'receipt', reference: `${other}-1` });
      holds(foreign.status === 404, `${tenant} sees a receipt of ${other}`, foreign);
      const shared = seen.get(tenant)?.filter((one) => seen.get(other)?.includes(one)) ?? [];
      if (shared.length > 0) faults.push(`${tenant} and ${other} share ${shared.join(' and ')}`);
    }
  }
  const [tenant] = tenants;
  const missing = await ask({
    tenant,
    what: 'order',
    order: { reference: 'x', title: 'No Such', method: card },
  });
  holds(missing.status === 404, 'a track that there is not is not refused', missing);
  const nobody = await ask({ tenant: 'nobody', what: 'profile' });
  holds(nobody.status === 404, 'a tenant that there is not is let in', nobody);
  return { steps, faults };
}
