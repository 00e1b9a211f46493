import { describe, expect, test } from '@jest/globals';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { partsOfPayment, streams } from '../../src/kernel/ids.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { erasure } from '../../src/use-cases/persons/erase-person.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { answers, PROGRAMME, released } from './month.js';
import {
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
import { by, job } from './world.js';

describe.each(STORES)('erasing and paying at once, on a store %s', (_, atomic) => {
  const { anew, reconciled } = racing(atomic);

  /** Who was rejected in December, and is enrolled no more. */
  async function endedAndRejected(here: Here): Promise<string> {
    const rejected = (await eventsOf(here)).find(({ type }) => type === 'PaymentRejected')!;
    const { personId } = partsOfPayment(rejected.stream.slice('payment-'.length));
    await endEnrolment(here, personId);
    return personId;
  }
  const endEnrolment = (here: Here, personId: string): Promise<unknown> =>
    execute(
      { ...here, locks: new KeyedMutex() },
      [
        part(streams.enrolment(PROGRAMME, personId), enrolmentDecider, {
          type: 'EndEnrolment',
          lastPeriod: '2025-12',
          reason: 'moved abroad',
        }),
      ],
      by(here, 'salma', 'supervisor', `end ${personId}`),
    );
  /**
   * By two administrators, one after the other, as a client asks; what did not arrive is given up
   * by default.
   */
  async function askToErase(here: Here, personId: string, forfeitsArrears = true): Promise<string> {
    for (const who of ['ali', 'amal']) {
      const context = by(here, who, 'administrator', `erase ${personId}`);
      const asked = erasure(here, { personId, reason: 'asked', forfeitsArrears }, context).then(
        ({ parts }) => execute({ ...here, locks: new KeyedMutex() }, parts, context),
      );
      const code = await codeOf(asked);
      if (code !== 'no refusal') return code;
    }
    return 'no refusal';
  }

  test('who is erased just before a run begins is not paid by it', async () => {
    const here = await reconciled();
    const personId = await endedAndRejected(here);
    justBefore(here, 'CycleReinstructionStarted', () => askToErase(here, personId));
    const run = await reinstruct(here);
    const types = (await eventsOf(here)).map(({ type }) => type);
    expect(types).toContain('PersonErased');
    expect(types).not.toContain('PaymentReinstructed');
    expect(run).toMatchObject({ reinstructed: 0, waiting: 1 });
    expect((await readCycle(here.store, CYCLE)).reinstructing).toEqual({});
  });

  test('nobody is erased whom a run pays, from its beginning until the bank has said what became of it', async () => {
    const here = await reconciled();
    const personId = await endedAndRejected(here);
    const codes: string[] = [];
    justBefore(here, 'PaymentReinstructed', async () =>
      codes.push(await askToErase(here, personId)),
    );
    await reinstruct(here);
    codes.push(await askToErase(here, personId));
    expect(codes).toEqual(['PAYMENT_UNDER_WAY', 'PAYMENT_UNDER_WAY']);
    await filesKnown(here);
    const outcomes = answers(here, CYCLE, () => ({ outcome: 'rejected', reason: 'AC04' }));
    await takeInOutcomes(here, { source: 'file', outcomes }, job(here, 'bank'));
    expect(await askToErase(here, personId, false)).toBe('STILL_OWED');
    expect(await askToErase(here, personId)).toBe('no refusal');
  });

  test('nobody is erased while a month is instructed that they are ordered in', async () => {
    const here = await anew();
    const other = await anew();
    for (const [at, type] of [
      [here, 'PaymentInstructed'],
      [other, 'CycleInstructed'],
    ] as const) {
      const codes: string[] = [];
      justBefore(at, type, async () => {
        const [payment] = await at.store.readCategory(`payment-${CYCLE}-`, { limit: 1 });
        const { personId } = partsOfPayment(payment!.stream.slice('payment-'.length));
        await endEnrolment(at, personId);
        codes.push(await askToErase(at, personId));
      });
      await released(at, '2025-12');
      expect(codes).toEqual(['PAYMENT_UNDER_WAY']);
    }
  });
});
