import { describe, expect, test } from '@jest/globals';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { partsOfPayment, streams } from '../../src/kernel/ids.js';
import { personDecider } from '../../src/person/person.decider.js';
import { closeCycle, closeCycleParts } from '../../src/use-cases/cycles/close-cycle.js';
import { budgetStreamOf, readCycle } from '../../src/cycle/cycle-reader.js';
import { foldBudget } from '../../src/use-cases/folds.js';
import { openCycle, prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { cycleFigures, reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { abandonCycle, returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { foldEnrolment, foldPayment } from '../../src/use-cases/folds.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { notEnrolled } from '../../src/use-cases/persons/not-enrolled.js';
import { programmesWithCycles } from '../../src/use-cases/persons/programmes.js';
import { execute } from '../../src/write-side/execute.js';
import { part, type Part } from '../../src/write-side/unit.js';
import { auditOf } from '../support/audit.js';
import { MemoryStore } from '../support/memory-store.js';
import { answers, enrolled, PROGRAMME } from './month.js';
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
import { codeOf } from './refusal-code.js';
import { erasedByTwo, as, by, drain, job } from './world.js';

const DECEMBER = { programmeId: PROGRAMME, period: '2025-12' };
const JANUARY = { programmeId: PROGRAMME, period: '2026-01' };

/** Months that are ordered more than once, over the payments that stand. */
async function orderedTwice(deps: Here): Promise<readonly string[]> {
  const payments = await deps.store.readCategory('payment-', { limit: 10_000 });
  const months = payments.flatMap(({ stream, events }) => {
    if (foldPayment(events).status === 'cancelled') return [];
    const ordered = events.findLast((event) => event.type === 'PaymentOrdered')!;
    const { personId } = partsOfPayment(stream.slice('payment-'.length));
    return [...new Set(ordered.data.items.map(({ period }) => `${personId} ${period}`))];
  });
  return months.filter((month, i) => months.indexOf(month) !== i);
}

describe.each(STORES)('two people at once, on a store %s', (_, atomic) => {
  const { anew, reconciled } = racing(atomic);
  const close = (here: Here) =>
    closeCycle(another(here), { cycleId: CYCLE }, as(here, 'finance', 'close'));
  test('who closes waits for the files of who instructs again', async () => {
    const here = await reconciled();
    const refusals: unknown[] = [];
    justBefore(here, 'PaymentReinstructed', async () => refusals.push(await codeOf(close(here))));
    await reinstruct(here);
    expect(refusals).toEqual(['REINSTRUCTION_UNDER_WAY']);
    await filesKnown(here);
    expect(await codeOf(close(here))).toBe('NOT_RECONCILED');
  });

  test('who closes looks again where payments were instructed again meanwhile', async () => {
    const here = await reconciled();
    justBefore(here, 'CycleClosed', () => reinstruct(here));
    expect(await codeOf(close(here))).toBe('NOT_RECONCILED');
    await filesKnown(here);
  });

  test('who closes and finds no figures closes on none that were counted before', async () => {
    const here = await reconciled();
    let closing: readonly Part[] = [];
    justBefore(here, 'CycleReconciled', async () => {
      await reinstruct(here);
      closing = await closeCycleParts(here, { cycleId: CYCLE });
    });
    const late = as(here, 'finance', 'reconcile', 'late');
    await codeOf(reconcileCycle(another(here), { cycleId: CYCLE }, late));
    const closed = execute(another(here), closing, as(here, 'finance', 'close'));
    expect(await codeOf(closed)).toBe('NOT_RECONCILED');
    expect((await readCycle(here.store, CYCLE)).status).toBe('instructed');
  });

  test.each([
    ['and the budget has not heard of it', false],
    ['and the budget gave its money back', true],
  ])(
    'no money stays reserved where a payment comes back just before its cycle is closed, %s',
    async (_when, isHeard) => {
      const here = await reconciled();
      const { figures } = await readCycle(here.store, CYCLE);
      const back: string[] = [];
      const cameBack = async (): Promise<void> => {
        const outcomes = answers(here, CYCLE, (paymentId, n) => {
          if (n !== 1) return undefined;
          back.push(paymentId);
          return { outcome: 'returned', reason: 'AC04' };
        });
        await takeInOutcomes(another(here), { source: 'file', outcomes }, job(here, 'bank'));
        if (isHeard) await drain(another(here));
      };
      justBefore(here, 'CycleClosed', cameBack);
      const code = await codeOf(close(here));
      await drain(here);
      expect(back).toHaveLength(1);
      const payment = foldPayment(await here.store.readStream(streams.payment(back[0]!)));
      expect(payment.status).toBe('returned');
      const money = async () =>
        foldBudget(await here.store.readStream(budgetStreamOf(CYCLE))).cycles[CYCLE]!;
      const spentMinor = BigInt(figures!.settledMinor) - BigInt(payment.amountMinor);
      expect(await money()).toMatchObject({ spentMinor });
      expect((await cycleFigures(here.store, CYCLE)).settledMinor).toBe(String(spentMinor));
      expect([code, (await readCycle(here.store, CYCLE)).status]).toEqual(
        isHeard ? ['SPENDING_NOT_RECORDED', 'instructed'] : ['no refusal', 'closed'],
      );
      if (isHeard) {
        await reconcileCycle(here, { cycleId: CYCLE }, as(here, 'finance', 'reconcile', 2));
        await close(here);
        await drain(here);
      }
      expect((await readCycle(here.store, CYCLE)).status).toBe('closed');
      expect(await money()).toMatchObject({ reservedMinor: 0n, spentMinor });
      expect((await auditOf(here.store)).violations).toEqual([]);
    },
  );

  test('who instructs again is refused where the cycle was closed meanwhile', async () => {
    const here = await reconciled();
    justBefore(here, 'CycleReinstructionStarted', () => close(here));
    expect(await codeOf(reinstruct(here))).toBe('CYCLE_STATUS');
    expect((await eventsOf(here)).filter(({ type }) => type === 'PaymentReinstructed')).toEqual([]);
  });

  test('a run that was cut off is ended by the same request, and then the cycle closes', async () => {
    const here = await reconciled();
    justBefore(here, 'CycleReinstructed', async () => {
      throw new Error('killed');
    });
    await expect(reinstruct(here)).rejects.toThrow('killed');
    expect(await codeOf(close(here))).toBe('REINSTRUCTION_UNDER_WAY');
    await reinstruct(here);
    await filesKnown(here);
    expect((await readCycle(here.store, CYCLE)).reinstructing).toEqual({});
  });

  test.each([
    ['in the middle of it', 'CycleReinstructed', false],
    ['before it was told what it came to', undefined, true],
  ] as const)(
    'a request that was cut off %s makes no attempt that it has made, and says what it made',
    async (_when, type, isOver) => {
      const here = await reconciled();
      const request = (commandId: string, by = here) =>
        reinstructPayments(
          another(by),
          { cycleId: CYCLE, executionDate: '2026-01-10', sameAccount: true, commandId },
          job(by, 'finance'),
        );
      if (type) justBefore(here, type, async () => Promise.reject(new Error('killed')));
      const cut = await request('one').catch((error: Error) => error.message);
      expect(cut).toEqual(isOver ? expect.objectContaining({ reinstructed: 1 }) : 'killed');
      const failing = (await eventsOf(here)).findLast(
        ({ type }) => type === 'PaymentReinstructed',
      )!;
      const { paymentId } = failing.data as { readonly paymentId: string };
      const outcomes = answers(here, CYCLE, (id) =>
        id === paymentId
          ? { outcome: 'rejected', reason: 'AC04' }
          : { outcome: 'settled', settledOn: '2025-12-29' },
      );
      await takeInOutcomes(here, { source: 'file', outcomes }, job(here, 'bank'));
      const attempts = async (): Promise<number> =>
        (await eventsOf(here)).filter((event) => event.type === 'PaymentReinstructed').length;
      expect(await attempts()).toBe(1);
      expect(await request('one')).toMatchObject({ reinstructed: 1, refused: 0 });
      expect(await attempts()).toBe(1);
      await filesKnown(here);
      expect(await request('another')).toMatchObject({ reinstructed: 1 });
      expect(await attempts()).toBe(2);
    },
  );

  test('a month is not sent back or given up while a later one is prepared on what it pays', async () => {
    const here = await decemberPrepared();
    const codes: string[] = [];
    const args = { cycleId: CYCLE, reason: 'look' };
    justBefore(here, 'PaymentOrdered', async () => {
      codes.push(await codeOf(returnCycle(another(here), args, as(here, 'controller', 'r'))));
      codes.push(await codeOf(abandonCycle(another(here), args, as(here, 'controller', 'a'))));
    });
    await prepareCycle(here, JANUARY, job(here, 'finance'));
    expect(codes).toEqual(['LATER_CYCLE_STARTED', 'LATER_CYCLE_STARTED']);
    await returnCycle(another(here), args, as(here, 'controller', 'later'));
    expect((await readCycle(here.store, CYCLE)).status).toBe('returned');
  });

  test.each([
    ['sent back', returnCycle],
    ['given up', abandonCycle],
  ])(
    'a month that is %s just before a later one starts keeps it from starting',
    async (_how, end) => {
      const here = await decemberPrepared();
      const args = { cycleId: CYCLE, reason: 'look' };
      justBefore(here, 'LaterCycleStarted', () =>
        end(another(here), args, as(here, 'controller', 'r')),
      );
      expect(await codeOf(prepareCycle(here, JANUARY, job(here, 'finance')))).not.toBe(
        'no refusal',
      );
      expect((await readCycle(here.store, `${PROGRAMME}-2026-01`)).status).not.toBe('preparing');
    },
  );

  /** December prepared; a household enrolled after, which either month may pay December to. */
  async function decemberPrepared(): Promise<Here> {
    const here = await anew();
    const { count: before } = await prepareCycle(here, DECEMBER, job(here, 'finance'));
    await enrolled(here, 20);
    const after = await here.store.readCategory(`enrolment-${PROGRAMME}-`, { limit: 1_000 });
    expect(after.length).toBeGreaterThan(before);
    return here;
  }
  const again = async (here: Here): Promise<void> => {
    await returnCycle(
      another(here),
      { cycleId: CYCLE, reason: 'look' },
      as(here, 'controller', 'r'),
    );
    await prepareCycle(another(here), DECEMBER, job(here, 'finance'));
  };

  test.each(['CyclePreparationStarted', 'LaterCycleStarted'] as const)(
    'no month is ordered twice where the one before is prepared again just before %s',
    async (type) => {
      const here = await decemberPrepared();
      justBefore(here, type, () => again(here));
      const refusal = await codeOf(prepareCycle(here, JANUARY, job(here, 'finance')));
      expect(refusal).toBe('PREPARATION_DIFFERS');
      await prepareCycle(here, JANUARY, job(here, 'finance'));
      expect(await orderedTwice(here)).toEqual([]);
    },
  );

  test('a month does not start where one of those before it is sent back just before', async () => {
    const here = await decemberPrepared();
    await prepareCycle(here, JANUARY, job(here, 'finance'));
    justBefore(here, 'LaterCycleStarted', () =>
      returnCycle(another(here), { cycleId: CYCLE, reason: 'x' }, as(here, 'controller', 'r')),
    );
    const february = { programmeId: PROGRAMME, period: '2026-02' };
    expect(await codeOf(prepareCycle(here, february, job(here, 'finance')))).toBe(
      'EARLIER_CYCLE_NOT_PREPARED',
    );
    expect((await readCycle(here.store, `${PROGRAMME}-2026-02`)).status).toBe('open');
  });

  test('no month is ordered twice where a later one was given up and is opened again already', async () => {
    const here = await decemberPrepared();
    await prepareCycle(here, JANUARY, job(here, 'finance'));
    const back = { cycleId: CYCLE, reason: 'look' };
    await returnCycle(here, back, as(here, 'controller', 'r'));
    const up = { cycleId: `${PROGRAMME}-2026-01`, reason: 'a mistake' };
    await abandonCycle(here, up, as(here, 'controller', 'a'));
    // Nobody cancelled its orders yet.
    await openCycle(here, JANUARY, job(here, 'finance'));
    await prepareCycle(here, DECEMBER, job(here, 'finance'));
    expect(await orderedTwice(here)).toEqual([]);
  });

  test('nothing more is ordered in a round that was returned meanwhile', async () => {
    const here = await anew();
    await prepareCycle(here, DECEMBER, job(here, 'finance'));
    await returnCycle(here, { cycleId: CYCLE, reason: 'look' }, as(here, 'controller', 'r'));
    justBefore(here, 'PaymentOrdered', async () => {
      await prepareCycle(another(here), DECEMBER, job(here, 'finance'));
      await returnCycle(here, { cycleId: CYCLE, reason: 'more' }, as(here, 'controller', 's'));
    });
    expect(await codeOf(prepareCycle(here, DECEMBER, job(here, 'finance')))).toBe('CYCLE_STATUS');
  });

  test('whoever ordered payments of it is among who prepared it', async () => {
    const here = await anew();
    justBefore(here, 'PaymentOrdered', async () => {
      throw new Error('killed');
    });
    await expect(prepareCycle(here, DECEMBER, job(here, 'finance'))).rejects.toThrow('killed');
    justBefore(here, 'CyclePrepared', async () => {
      throw new Error('killed');
    });
    const other = by(here, 'kenza', 'finance-officer', 'job');
    await expect(prepareCycle(here, DECEMBER, other)).rejects.toThrow('killed');
    await prepareCycle(here, DECEMBER, job(here, 'finance'));
    expect((await readCycle(here.store, CYCLE)).preparers).toContain('kenza');
  });

  const approvedOnly = async (): Promise<{ here: Here; personId: string }> => {
    const all = await anew();
    const start = await eventsOf(all);
    const approval = start.find(({ type }) => type === 'ApplicationApproved')!;
    const [first] = await all.store.readStream(approval.stream, { limit: 1 });
    if (first?.type !== 'ApplicationSubmitted') throw new Error('an application begins so');
    const until = start.findIndex(({ type }) => type === 'EnrolmentStarted');
    const store = new MemoryStore(atomic, start.slice(0, until));
    return { here: { ...all, store }, personId: first.data.personId };
  };
  const erase = async (here: Here, personId: string): Promise<unknown> => {
    const { store } = here;
    const parts = [
      ...notEnrolled(await programmesWithCycles(store), personId, { isForfeit: true }),
      part(streams.person(personId), personDecider, ...erasedByTwo(personId)),
    ];
    return execute(
      { ...here, locks: new KeyedMutex() },
      parts,
      by(here, 'ali', 'administrator', 'erase'),
    );
  };
  const enrolmentOf = async (here: Here, personId: string): Promise<string> =>
    foldEnrolment(await here.store.readStream(streams.enrolment(PROGRAMME, personId))).status;

  test('nobody is enrolled who is erased meanwhile', async () => {
    const { here, personId } = await approvedOnly();
    justBefore(here, 'EnrolmentStarted', () => erase(here, personId));
    await drain(here);
    expect(await enrolmentOf(here, personId)).toBe('none');
  });

  test('nobody is erased who is enrolled meanwhile', async () => {
    const { here, personId } = await approvedOnly();
    justBefore(here, 'PersonErased', () => drain(here));
    expect(await codeOf(erase(here, personId))).toBe('STILL_ENROLLED');
    expect(await enrolmentOf(here, personId)).toBe('active');
  });

  test('where both happened, the enrolment is ended', async () => {
    const { here, personId } = await approvedOnly();
    await drain(here);
    await execute(
      here,
      [part(streams.person(personId), personDecider, ...erasedByTwo(personId))],
      by(here, 'ali', 'administrator', 'erase'),
    );
    await drain(here);
    expect(await enrolmentOf(here, personId)).toBe('ended');
    await prepareCycle(here, DECEMBER, job(here, 'finance'));
    expect(await here.store.readStream(streams.payment(`${CYCLE}-${personId}`))).toEqual([]);
  });
});
