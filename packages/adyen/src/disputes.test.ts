import { describe, expect } from 'vitest';
import { call, changeOf, it, order } from './__tests__/shop.ts';

describe('disputes', () => {
  const stories = [
    [['NOTIFICATION_OF_CHARGEBACK'], 'needs_response'],
    [['NOTIFICATION_OF_CHARGEBACK', 'CHARGEBACK', 'INFORMATION_SUPPLIED'], 'under_review'],
    [['NOTIFICATION_OF_CHARGEBACK', 'CHARGEBACK', 'INFORMATION_SUPPLIED', 'CHARGEBACK_REVERSED'], 'won'],
    [['CHARGEBACK', 'CHARGEBACK_REVERSED', 'SECOND_CHARGEBACK'], 'lost'],
    [['CHARGEBACK', 'DISPUTE_DEFENSE_PERIOD_ENDED'], 'lost'],
    [['REQUEST_FOR_INFORMATION', 'INFORMATION_SUPPLIED', 'ISSUER_RESPONSE_TIMEFRAME_EXPIRED'], 'won'],
    [['CHARGEBACK', 'PREARBITRATION_OPEN', 'PREARBITRATION_WON'], 'won'],
    [['CHARGEBACK', 'PREARBITRATION_DECLINED', 'SCHEME_ARBITRATION', 'SCHEME_ARBITRATION_LOST'], 'lost'],
  ] as const;

  it('stand as their last stage says, in whichever order it is told', async ({ driver, tell }) => {
    const { id } = await driver.create(order(), call());
    for (const [index, [codes]] of stories.entries())
      for (const code of index % 2 === 0 ? codes : codes.toReversed())
        await tell([changeOf(code, `D${index}`, id, 5_000 + index)]);
    const { items = [] } = (await driver.disputes?.(undefined, call())) ?? {};
    expect(items.map(({ status }) => status)).toEqual(stories.map(([, status]) => status));
    expect(items[3]).toMatchObject({ id: 'D3', payment: id, amount: { minor: 5_003n } });
  });

  it('that cannot be defended are lost', async ({ driver, tell }) => {
    await tell([{ ...changeOf('CHARGEBACK', 'D', 'UNKNOWN', 100), additionalData: { defendable: 'false' } }]);
    expect((await driver.disputes?.(undefined, call()))?.items).toMatchObject([
      { status: 'lost', payment: 'UNKNOWN' },
    ]);
  });

  it('are defended with documents, or given up', async ({ client, driver, fake, tell }) => {
    const { id } = await driver.create(order(), call());
    const [one, two] = [fake.dispute(id), fake.dispute(id, 100)];
    await expect(client.defendDispute(one, 'SupplyDefenseMaterial')).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    const content = Uint8Array.of(37, 80, 68, 70);
    await client.supplyDefenseDocuments(one, [
      { defenseDocumentTypeCode: 'DefenseMaterial', contentType: 'application/pdf', content },
    ]);
    expect(await client.listDefenseReasons(one)).toMatchObject([{ satisfied: true }, { satisfied: false }]);
    await client.defendDispute(one, 'SupplyDefenseMaterial');
    await client.acceptDispute(two);
    fake.disputeEvent(one, 'CHARGEBACK_REVERSED');
    await tell(fake.events());
    expect((await driver.disputes?.(undefined, call()))?.items.map(({ status }) => status)).toEqual([
      'won',
      'lost',
    ]);
    const large = [
      {
        defenseDocumentTypeCode: 'DefenseMaterial',
        contentType: 'image/jpeg',
        content: new Uint8Array(2_097_153),
      },
    ] as const;
    await expect(client.supplyDefenseDocuments(one, large)).rejects.toMatchObject({
      code: 'invalid_argument',
      effect: 'none',
    });
  });
});
