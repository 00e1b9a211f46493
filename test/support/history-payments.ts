import { paymentId, streams, uuidOf } from '../../src/kernel/ids.js';
import type { HistoryBuilder } from './history-builder.js';
import { personOf, REGIONS, HASH } from './history-people.js';

function payOne(
  history: HistoryBuilder,
  index: number,
  period: string,
  answer: 'order' | 'instruct' | 'answer' | 'again',
): void {
  const id = paymentId('asd', period, personOf(index));
  const stream = streams.payment(id);
  const accountId = uuidOf('account', index);
  const endToEndId = (attempt: number) =>
    `E${uuidOf('e2e', id, attempt).replaceAll('-', '').slice(0, 24).toUpperCase()}`;
  const instruction = (attempt: number) => ({
    paymentId: id,
    attempt,
    messageId: `ASD${period.replace('-', '')}-${attempt}`,
    endToEndId: endToEndId(attempt),
    accountId,
    amountMinor: '50000',
    currency: 'MAD',
    executionDate: attempt === 1 ? `${period}-25` : `${period}-28`,
  });
  const settled = (attempt: number) =>
    history.record(stream, 'payment-system', {
      type: 'PaymentSettled',
      data: {
        paymentId: id,
        attempt,
        endToEndId: endToEndId(attempt),
        amountMinor: '50000',
        currency: 'MAD',
        settledOn: `${period}-26`,
        source: 'file',
      },
    });
  const refused = index % 40 === 4;
  switch (answer) {
    case 'order':
      return history.record(stream, 'finance-officer', {
        type: 'PaymentOrdered',
        data: {
          paymentId: id,
          programmeId: 'asd',
          period,
          personId: personOf(index),
          region: REGIONS[index % REGIONS.length]!,
          round: 1,
          amountMinor: '50000',
          currency: 'MAD',
          policyVersion: 3,
          contentHash: HASH,
          items: [{ code: 'flat-aid', period, amountMinor: '50000' }],
        },
      });
    case 'instruct':
      return history.record(stream, 'automation', {
        type: 'PaymentInstructed',
        data: instruction(1),
      });
    case 'answer':
      if (index % 40 === 6) return;
      if (refused)
        return history.record(stream, 'payment-system', {
          type: 'PaymentRejected',
          data: {
            paymentId: id,
            attempt: 1,
            endToEndId: endToEndId(1),
            reason: 'AC04',
            source: 'file',
          },
        });
      if (index % 2 === 0)
        history.record(stream, 'payment-system', {
          type: 'PaymentAccepted',
          data: { paymentId: id, attempt: 1, endToEndId: endToEndId(1), source: 'file' },
        });
      settled(1);
      if (index % 40 === 5)
        history.record(stream, 'payment-system', {
          type: 'PaymentBreakRecorded',
          data: {
            paymentId: id,
            breakId: uuidOf('break', id),
            attempt: 1,
            endToEndId: endToEndId(1),
            kind: 'rejected-after-settled',
            reported: 'rejected',
            reason: 'AM05',
            source: 'http',
          },
        });
      return;
    case 'again':
      if (index % 80 === 5)
        history.record(stream, 'finance-officer', {
          type: 'PaymentBreakResolved',
          data: {
            paymentId: id,
            breakId: uuidOf('break', id),
            resolution: 'bank-error',
            reason: 'the bank withdrew it',
          },
        });
      if (!refused) return;
      history.record(stream, 'finance-officer', {
        type: 'PaymentReinstructed',
        data: instruction(2),
      });
      return settled(2);
  }
}

export function pay(history: HistoryBuilder, households: readonly number[], period: string): void {
  const cycleId = `asd-${period}`;
  const stream = streams.cycle(cycleId);
  const budget = streams.budget('asd', 2026);
  const totalMinor = String(50_000 * households.length);
  history.record(stream, 'finance-officer', {
    type: 'CycleOpened',
    data: { cycleId, programmeId: 'asd', period, policyVersion: 3, currency: 'MAD' },
  });
  history.record(stream, 'finance-officer', {
    type: 'CyclePreparationStarted',
    data: { cycleId, round: 1, asOf: history.events.length - 1 },
  });
  for (const index of households) payOne(history, index, period, 'order');
  history.record(stream, 'finance-officer', {
    type: 'CyclePrepared',
    data: {
      cycleId,
      round: 1,
      asOf: history.events.length - 1,
      count: households.length,
      totalMinor,
      contentHash: HASH,
    },
  });
  if (period === '2026-02') {
    const finding = (check: 'shared-account' | 'over-forecast', level: 'block' | 'warn') => ({
      findingId: `${check}-0123456789ab`,
      check,
      level,
      count: 1,
      amountMinor: '50000',
      payments: [],
    });
    history.record(stream, 'finance-officer', {
      type: 'CycleChecked',
      data: {
        cycleId,
        round: 1,
        asOf: history.events.length - 1,
        contentHash: HASH,
        findings: [finding('shared-account', 'block'), finding('over-forecast', 'warn')],
      },
    });
    // By another controller than the one who approves.
    history.record(stream, 'automation', {
      type: 'CycleFindingOverridden',
      data: { cycleId, round: 1, findingId: 'shared-account-0123456789ab', reason: 'an orphanage' },
    });
  }
  history.record(budget, 'finance-controller', {
    type: 'BudgetReserved',
    data: { programmeId: 'asd', fiscalYear: 2026, cycleId, amountMinor: totalMinor },
  });
  history.record(stream, 'finance-controller', {
    type: 'CycleApproved',
    data: { cycleId, contentHash: HASH, totalMinor, fiscalYear: 2026 },
  });
  history.record(stream, 'automation', {
    type: 'CycleReleased',
    data: {
      cycleId,
      contentHash: HASH,
      count: households.length,
      totalMinor,
      executionDate: `${period}-25`,
    },
  });
  for (const index of households) payOne(history, index, period, 'instruct');
  history.record(stream, 'automation', {
    type: 'CycleInstructed',
    data: {
      cycleId,
      count: households.length,
      totalMinor,
      files: [
        {
          name: `${cycleId}.xml`,
          messageId: `ASD${period}`,
          sha256: HASH,
          count: households.length,
          totalMinor,
        },
      ],
    },
  });
  for (const index of households) payOne(history, index, period, 'answer');
  for (const index of households) payOne(history, index, period, 'again');
  history.record(budget, 'automation', {
    type: 'BudgetSpent',
    data: {
      programmeId: 'asd',
      fiscalYear: 2026,
      cycleId,
      amountMinor: '50000',
      count: 1,
      throughPosition: history.events.length - 1,
    },
  });
}
