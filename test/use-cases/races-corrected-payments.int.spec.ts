import { describe, expect, it } from '@jest/globals';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { streams } from '../../src/kernel/ids.js';
import { readCorrection } from '../../src/correction/correction-reader.js';
import { approveCorrection } from '../../src/use-cases/corrections/decide-correction.js';
import { proposeCorrection } from '../../src/use-cases/corrections/propose-correction.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { foldAdjustment } from '../../src/use-cases/folds.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { auditOf } from '../support/audit.js';
import { countBreaksAsSettled } from './breaks.js';
import { answers, PROGRAMME } from './month.js';
import { another, CYCLE, eventsOf, justBefore, racing, STORES, type Here } from './racing.js';
import { as, drain, job } from './world.js';

type Said = Omit<ReportedOutcome, 'paymentId'>;

describe.each(STORES)('what a correction was computed from, on a store %s', (_, atomic) => {
  const { reconciled } = racing(atomic);

  /** December, closed with one payment that was rejected. */
  async function closed(): Promise<Here> {
    const here = await reconciled();
    await closeCycle(here, { cycleId: CYCLE }, as(here, 'finance', 'close'));
    await drain(here);
    return here;
  }
  const propose = (here: Here) =>
    proposeCorrection(
      here,
      { programmeId: PROGRAMME, fromPeriod: '2025-10', reason: 'looked at' },
      job(here, 'finance'),
    );
  async function approve(here: Here): Promise<string> {
    const { correctionId, contentHash } = await propose(here);
    const approved = { correctionId, contentHash };
    await approveCorrection(here, approved, as(here, 'controller', 'yes', correctionId));
    await drain(here);
    return correctionId;
  }
  /** The bank says the same of every payment of December that `whose` has. */
  async function bankSays(here: Here, whose: (personId: string) => boolean, said: Said) {
    const outcomes = answers(here, CYCLE, (id) => (whose(id.slice(-36)) ? said : undefined));
    await takeInOutcomes(another(here), { source: 'file', outcomes }, job(here, 'bank'));
  }
  const rejectedOf = async (here: Here): Promise<string> =>
    (await eventsOf(here)).find(({ type }) => type === 'PaymentRejected')!.stream.slice(-36);
  const typesOf = async (here: Here, stream: string): Promise<readonly string[]> =>
    (await here.store.readStream(stream)).map(({ type }) => type);

  it.each(['CorrectionApproved', 'AdjustmentEstablished'] as const)(
    'settles after all just before %s, and nothing is owed for it',
    async (type) => {
      const here = await closed();
      const ida = await rejectedOf(here);
      justBefore(here, type, async () => {
        await bankSays(here, (one) => one === ida, { outcome: 'settled', settledOn: '2025-12-30' });
        await countBreaksAsSettled(another(here), CYCLE);
      });
      const correctionId = await approve(here);

      const account = streams.adjustment(PROGRAMME, ida);
      expect(await typesOf(here, account)).toEqual(['AdjustmentProposed', 'AdjustmentLapsed']);
      expect((await here.store.readStream(streams.correction(correctionId))).at(-1)).toMatchObject({
        type: 'CorrectionApplied',
        data: { arrearsCount: 0, arrearsMinor: '0' },
      });
      expect((await auditOf(here.store)).violations).toEqual([]);
      expect(await propose(here)).toMatchObject({ status: 'settled' });
    },
  );

  /** Somebody who was paid December turns out to have been abroad. */
  async function overpaid(here: Here): Promise<string> {
    const ida = await rejectedOf(here);
    const all = await here.store.readCategory(`enrolment-${PROGRAMME}-`, { limit: 100 });
    const { stream } = all.find(({ stream: name }) => !name.endsWith(ida))!;
    const suspend = { type: 'SuspendEnrolment', fromPeriod: '2025-12', reason: 'abroad' } as const;
    const command = part(stream, enrolmentDecider, suspend);
    await execute(here, [command], as(here, 'supervisor', 'suspend'));
    return stream.slice(-36);
  }
  const RETURNED: Said = { outcome: 'returned', reason: 'AC04' };

  it('comes back just before it is owed, and nobody is asked to give it back', async () => {
    const here = await closed();
    const omar = await overpaid(here);
    justBefore(here, 'OverpaymentEstablished', () =>
      bankSays(here, (one) => one === omar, RETURNED),
    );
    const correctionId = await approve(here);

    expect(await typesOf(here, streams.recovery(`${PROGRAMME}-${omar}`))).toEqual([]);
    expect(
      foldAdjustment(await here.store.readStream(streams.adjustment(PROGRAMME, omar))),
    ).toMatchObject({ established: [], lapsed: [{ correctionId }] });
    expect((await readCorrection(here.store, correctionId)).status).toBe('applied');
    expect((await auditOf(here.store)).violations).toEqual([]);
  });

  it('moves between two runs of which the first one was killed, and each household has one of both', async () => {
    const here = await closed();
    const omar = await overpaid(here);
    // Where a store writes one stream at a time, what is killed may have put down the debt alone.
    const append = here.store.append.bind(here.store);
    here.store.append = async (group) => {
      const debt = group.writes.filter(({ stream }) =>
        stream.endsWith(`recovery-${PROGRAMME}-${omar}`),
      );
      if (debt.length === 0 || debt[0]!.events.length === 0) return append(group);
      here.store.append = append;
      if (!atomic) await append({ writes: debt });
      throw new Error('killed');
    };
    await expect(approve(here)).rejects.toThrow('killed');
    await bankSays(here, (one) => one === omar, RETURNED);
    await drain(here);

    const debts = await typesOf(here, streams.recovery(`${PROGRAMME}-${omar}`));
    expect(debts).toEqual(atomic ? [] : ['OverpaymentEstablished']);
    expect((await typesOf(here, streams.adjustment(PROGRAMME, omar))).at(-1)).toBe(
      atomic ? 'AdjustmentLapsed' : 'AdjustmentEstablished',
    );
    expect((await readCorrection(here.store, `${PROGRAMME}-0001`)).status).toBe('applied');
    // As a server that writes one stream at a time: others come between the events of a command.
    const log = { readAll: here.store.readAll.bind(here.store), positionGaps: !atomic };
    expect((await auditOf(log)).violations).toEqual([]);
  });
});
