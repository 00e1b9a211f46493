import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { partsOfPayment, streams, uuidOf } from '../../src/kernel/ids.js';
import { bankEntryDecider } from '../../src/statement/entry.decider.js';
import { paymentsLeftOut } from '../../src/use-cases/instructions/left-out.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { auditOf } from '../support/audit.js';
import { answers, PROGRAMME, released } from './month.js';
import {
  another,
  CYCLE,
  eventsOf,
  filesKnown,
  justBefore,
  racing,
  reinstruct,
  STORES,
  type Here,
} from './racing.js';
import { as, by, drain, job } from './world.js';

describe.each(STORES)('what is instructed again, on a store %s', (_, atomic) => {
  const { anew, reconciled } = racing(atomic);

  /** The bank rejects one payment of those that wait for it. */
  const rejects = async (here: Here, which: number): Promise<void> => {
    const outcomes = answers(here, CYCLE, (_paymentId, n) =>
      n === which ? { outcome: 'rejected', reason: 'AC04' } : undefined,
    );
    await takeInOutcomes(here, { source: 'file', outcomes }, job(here, 'bank'));
  };
  /**
   * Of each message by which payments were instructed again, how many, and how many its file has.
   */
  const messages = async (here: Here) => {
    const events = await eventsOf(here);
    const files = events.flatMap((event) =>
      event.type === 'CycleReinstructed' ? event.data.files : [],
    );
    const again = events.flatMap((event) =>
      event.type === 'PaymentReinstructed' ? [event.data.messageId] : [],
    );
    return Object.fromEntries(
      [...new Set(again)].map((id) => [
        id.slice(-5),
        {
          payments: again.filter((one) => one === id).length,
          inFile: files.find(({ messageId }) => messageId === id)?.count,
        },
      ]),
    );
  };

  test('is in a file each time, also while the cycle itself is still being instructed', async () => {
    const here = await anew();
    justBefore(here, 'CycleInstructed', async () => Promise.reject(new Error('the disk is full')));
    await expect(released(here, '2025-12')).rejects.toThrow('the disk is full');
    await rejects(here, 0);
    expect(await reinstruct(here)).toMatchObject({ reinstructed: 1 });
    await rejects(here, 1);
    expect(await reinstruct(here)).toMatchObject({ reinstructed: 1 });
    const each = { payments: 1, inFile: 1 };
    expect(await messages(here)).toEqual({ R0001: each, R0002: each });
    await drain(here);
    await rejects(here, 2);
    expect(await reinstruct(here)).toMatchObject({ reinstructed: 1 });
    expect(await messages(here)).toEqual({ R0001: each, R0002: each, R0003: each });
    await filesKnown(here);
    expect((await auditOf(here.store)).violations).toEqual([]);
  });

  test('is not what the cycle itself is still to instruct, also where it is named', async () => {
    const here = await anew();
    justBefore(here, 'PaymentInstructed', async () =>
      Promise.reject(new Error('the disk is full')),
    );
    await expect(released(here, '2025-12')).rejects.toThrow('the disk is full');
    const ordered = (await eventsOf(here)).filter(({ type }) => type === 'PaymentOrdered');
    const second = ordered.map(({ stream }) => stream.slice('payment-'.length)).sort()[1]!;
    for await (const page of paymentsLeftOut(another(here), CYCLE)) expect(page).toEqual([]);
    expect(await codesOf(here, second)).toEqual(['CYCLE_STATUS']);
    await drain(here);
    expect((await eventsOf(here)).filter(({ type }) => type === 'CycleInstructed')).toHaveLength(1);
    expect(await codesOf(here, second)).toEqual(['OUTCOME_NOT_DEFINITE']);
    await filesKnown(here);
    expect((await auditOf(here.store)).violations).toEqual([]);
  });

  test('is of one run at a time: another that begins meanwhile takes its place', async () => {
    const here = await anew();
    await released(here, '2025-12');
    await rejects(here, 0);
    await rejects(here, 1);
    const rejected = (await eventsOf(here)).filter(({ type }) => type === 'PaymentRejected');
    const [first, second] = rejected.map(({ stream }) => stream.slice('payment-'.length));
    // Both have looked at what there is before one of them writes.
    justBefore(here, 'PaymentReinstructed', async () => {
      expect(await codesOf(here, second!)).toEqual([]);
    });
    expect(await codesOf(here, first!)).toEqual(['REINSTRUCTION_ENDED']);
    const each = { payments: 1, inFile: 1 };
    expect(await messages(here)).toEqual({ R0001: each });
    expect(await codesOf(here, first!)).toEqual([]);
    expect(await messages(here)).toEqual({ R0001: each, R0002: each });
    expect((await auditOf(here.store)).violations).toEqual([]);
  });

  /** The payment that was rejected, and the end of its household, looking back. */
  async function ending(here: Here) {
    const event = (await eventsOf(here)).find(({ type }) => type === 'PaymentRejected')!;
    const paymentId = event.stream.slice('payment-'.length);
    const { personId } = partsOfPayment(paymentId);
    const end = () =>
      execute(
        another(here),
        [
          part(streams.enrolment(PROGRAMME, personId), enrolmentDecider, {
            type: 'EndEnrolment',
            lastPeriod: '2025-11',
            reason: 'died in November',
          }),
        ],
        as(here, 'supervisor', 'end'),
      );
    return { paymentId, end };
  }
  const codesOf = async (here: Here, paymentId: string): Promise<readonly string[]> => {
    const codes: string[] = [];
    await reinstructPayments(
      another(here),
      {
        cycleId: CYCLE,
        executionDate: '2026-01-10',
        sameAccount: true,
        paymentIds: [paymentId],
        onRefused: (refusals) => codes.push(...refusals.map(({ code }) => code)),
      },
      job(here, 'finance'),
    );
    return codes;
  };

  test('is not what came back of a household that was not entitled to it', async () => {
    const here = await reconciled();
    const { paymentId, end } = await ending(here);
    await end();
    expect(await reinstruct(here)).toMatchObject({ reinstructed: 0, waiting: 1 });
    expect(await codesOf(here, paymentId)).toEqual(['NOT_PAYABLE']);
  });

  test('is not of a household that is ended in the same moment', async () => {
    const here = await reconciled();
    const { paymentId, end } = await ending(here);
    justBefore(here, 'PaymentReinstructed', end);
    expect(await codesOf(here, paymentId)).toEqual(['NOT_PAYABLE']);
    expect((await eventsOf(here)).filter(({ type }) => type === 'PaymentReinstructed')).toEqual([]);
  });

  /** A bank's entry of the kind waits for a person. */
  const waits = (
    here: Here,
    names: Pick<EventData['BankEntryQuarantined'], 'paymentId' | 'messageId' | 'outcome'>,
  ): Promise<unknown> => {
    const entryId = uuidOf(JSON.stringify(names));
    const said = { entryId, sha256: '0'.repeat(64), number: 1, detail: 'It is not ours.' };
    const entry = { family: 'camt.053', scope: 'transaction', code: 'ACCOUNT_DIFFERS' } as const;
    return execute(
      another(here),
      [
        part(streams.entry(entryId), bankEntryDecider, {
          type: 'QuarantineEntry',
          ...said,
          ...entry,
          ...names,
        }),
      ],
      as(here, 'bank', entryId),
    );
  };
  const failedOf = async (here: Here) => {
    const events = await eventsOf(here);
    const { stream } = events.find(({ type }) => type === 'PaymentRejected')!;
    const instructed = events.find((event) => event.stream === stream && isInstructed(event))!;
    return (instructed as Recorded<'PaymentInstructed'>).data;
  };
  const isInstructed = ({ type }: Recorded): boolean => type === 'PaymentInstructed';

  test.each([
    ['it', 'paymentId', 'settled'],
    ['it, and says nothing of what became of it', 'paymentId', undefined],
    ['the whole message that it was in', 'messageId', 'settled'],
  ] as const)('is not what a waiting entry names: %s', async (_, naming, outcome) => {
    const here = await reconciled();
    const { [naming]: name, paymentId } = await failedOf(here);
    await waits(here, { [naming]: name, ...(outcome === undefined ? {} : { outcome }) });
    expect(await reinstruct(here)).toMatchObject({ reinstructed: 0, waiting: 1 });
    expect(await codesOf(here, paymentId)).toEqual(['ENTRIES_OPEN']);
  });
  test.each([
    ['it', 'paymentId'],
    ['the whole message that it was in', 'messageId'],
  ] as const)(
    'is what an entry names that waits no more, and what one says was accepted: %s; by another than dismissed it',
    async (_, naming) => {
      const here = await reconciled();
      const { [naming]: name, paymentId } = await failedOf(here);
      await waits(here, { paymentId, outcome: 'accepted' });
      await waits(here, { [naming]: name, outcome: 'settled' });
      const { entryId } = (
        (await eventsOf(here)).findLast(
          ({ type }) => type === 'BankEntryQuarantined',
        ) as Recorded<'BankEntryQuarantined'>
      ).data;
      const dismiss = { type: 'DismissEntry', kind: 'fee', reason: 'the bank says so' } as const;
      await execute(
        another(here),
        [part(streams.entry(entryId), bankEntryDecider, dismiss)],
        by(here, 'Dina', 'finance-officer', 'dismiss'),
      );
      const again = (who: string) =>
        reinstructPayments(
          here,
          { cycleId: CYCLE, executionDate: '2026-01-26', sameAccount: true },
          by(here, who, 'finance-officer', 'again', who),
        );
      expect(await again('dina')).toMatchObject({ reinstructed: 0, refused: 1 });
      expect(await again('farid')).toMatchObject({ reinstructed: 1, waiting: 0 });
      const paid = (await eventsOf(here)).findLast(({ type }) => type === 'PaymentReinstructed');
      expect(paid).toMatchObject({ data: { paymentId, clearedBy: ['Dina'] } });
    },
  );
  test('is not what an entry names that came while the run began', async () => {
    const here = await reconciled();
    const { paymentId } = await failedOf(here);
    justBefore(here, 'CycleReinstructionStarted', () =>
      waits(here, { paymentId, outcome: 'settled' }),
    );
    expect(await codesOf(here, paymentId)).toEqual(['ENTRIES_OPEN']);
    expect((await auditOf(here.store)).violations).toEqual([]);
  });
});
