import { asdProgramme, asdVersions } from '../../src/eligibility/reference/asd.js';
import { EventRegistry } from '../../events/registry.js';
import type { EventType } from '../../events/generated.js';
import type { Draft, Recorded, Role } from '../../src/kernel/decider.js';
import { eventId, paymentId, streams, uuidOf } from '../../src/kernel/ids.js';

const VERSIONS = new EventRegistry();
const HASH = 'ab'.repeat(32);
const PERSONS = {
  intake: 'clerk-1',
  'case-officer': 'officer-1',
  supervisor: 'chief-1',
  'finance-officer': 'finance-1',
  'finance-controller': 'control-1',
  'programme-manager': 'manager-1',
} as const;

/**
 * Records drafts as a log would: positions without a gap, revisions by stream, a second between
 * two.
 */
export class HistoryBuilder {
  readonly events: Recorded[] = [];
  readonly #revisions = new Map<string, number>();

  record<T extends EventType>(stream: string, role: Role, draft: Draft<T>): void {
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const position = this.events.length;
    const actor = role in PERSONS ? PERSONS[role as keyof typeof PERSONS] : role;
    const event = {
      id: eventId(uuidOf('history', position), 0),
      stream,
      revision,
      type: draft.type,
      v: VERSIONS.latestVersion(draft.type),
      time: new Date(Date.UTC(2026, 0, 5, 8) + position * 1_000).toISOString(),
      data: draft.data,
      meta: {
        actor,
        role,
        command: uuidOf('history', position),
        correlation: uuidOf('correlation', position >> 3),
      },
      position,
    };
    this.events.push(event as Recorded);
  }
}

export interface HistoryOptions {
  readonly households: number;
  readonly periods?: readonly string[];
}

const REGIONS = Array.from(
  { length: 12 },
  (_, index) => `MA-${String(index + 1).padStart(2, '0')}`,
);
export const personOf = (index: number): string => uuidOf('person', index);
export const applicationOf = (index: number): string => uuidOf('application', index);

/**
 * Every tenth household is ineligible; the one after it is returned once; the one after that
 * appeals.
 */
const ineligible = (index: number): boolean => index % 10 === 9;

function define(history: HistoryBuilder): void {
  history.record(streams.programme('asd'), 'programme-manager', {
    type: 'ProgrammeDefined',
    data: asdProgramme,
  });
  for (const published of asdVersions)
    history.record(streams.programme('asd'), 'programme-manager', {
      type: 'PolicyPublished',
      data: published,
    });
  history.record(streams.programme('asd'), 'programme-manager', {
    type: 'ProgrammeOpened',
    data: { programmeId: 'asd' },
  });
  history.record(streams.budget('asd', 2026), 'finance-officer', {
    type: 'BudgetAllotted',
    data: {
      programmeId: 'asd',
      fiscalYear: 2026,
      currency: 'MAD',
      amountMinor: '900000000000',
      reference: 'LF 2026',
    },
  });
  history.record(streams.budget('asd', 2026), 'finance-officer', {
    type: 'BudgetAdjusted',
    data: { programmeId: 'asd', fiscalYear: 2026, deltaMinor: '-5000', reason: 'decree' },
  });
}

function register(history: HistoryBuilder, index: number): void {
  const personId = personOf(index);
  const sealed = { record: `person/${personId}/profile`, sha256: HASH };
  const identityHash = uuidOf('identity', index).replaceAll('-', '').padEnd(64, '0');
  const accountId = uuidOf('account', index);
  const region = REGIONS[index % REGIONS.length]!;
  const applicationId = applicationOf(index);
  history.record(streams.person(personId), 'intake', {
    type: 'PersonRegistered',
    data: { personId, identityHash, region, sealed },
  });
  history.record(streams.identity(identityHash), 'intake', {
    type: 'IdentityClaimed',
    data: { identityHash, personId },
  });
  history.record(streams.person(personId), 'intake', {
    type: 'PayeeAccountRegistered',
    data: {
      personId,
      accountId,
      kind: 'rib',
      accountHash: HASH,
      sealed: { record: `person/${personId}/account/${accountId}`, sha256: HASH },
    },
  });
  history.record(streams.application(applicationId), 'intake', {
    type: 'ApplicationSubmitted',
    data: {
      applicationId,
      programmeId: 'asd',
      personId,
      region,
      receivedOn: `2026-01-${String((index % 28) + 1).padStart(2, '0')}`,
      channel: 'import',
      facts: {
        scoreMicro: 9_000_000 + (index % 7),
        coveredByOtherScheme: ineligible(index),
        children: [],
      },
      contentHash: HASH,
    },
  });
}

function determine(history: HistoryBuilder, index: number): void {
  const eligible = !ineligible(index);
  history.record(streams.application(applicationOf(index)), 'automation', {
    type: 'EligibilityDetermined',
    data: {
      applicationId: applicationOf(index),
      policyVersion: 3,
      asOf: '2026-01-31',
      eligible,
      contentHash: HASH,
      findings: [
        {
          criterion: 'rsu-score-below-threshold',
          kind: 'required',
          holds: true,
          satisfied: true,
          inputs: { scoreMicro: 9_000_000 + (index % 7) },
        },
        {
          criterion: 'covered-by-other-scheme',
          kind: 'excluding',
          holds: !eligible,
          satisfied: eligible,
          inputs: { coveredByOtherScheme: !eligible },
        },
      ],
      entitlement: eligible
        ? {
            period: '2026-01',
            policyVersion: 3,
            amountMinor: '50000',
            items: [{ code: 'flat-aid', period: '2026-01', amountMinor: '50000' }],
          }
        : { period: '2026-01', policyVersion: 3, amountMinor: '0', items: [] },
    },
  });
}

function decide(history: HistoryBuilder, index: number): void {
  const applicationId = applicationOf(index);
  const stream = streams.application(applicationId);
  if (index % 10 === 8) return;
  history.record(stream, 'case-officer', {
    type: 'ApplicationRecommended',
    data: {
      applicationId,
      recommendation: ineligible(index) ? 'reject' : 'approve',
      contentHash: HASH,
      note: 'seen',
    },
  });
  if (index % 10 === 7)
    return history.record(stream, 'supervisor', {
      type: 'ApplicationReturned',
      data: { applicationId, reason: 'one paper is missing' },
    });
  if (ineligible(index)) {
    history.record(stream, 'supervisor', {
      type: 'ApplicationRejected',
      data: { applicationId, contentHash: HASH, reason: 'covered elsewhere' },
    });
    if (index % 20 === 9)
      history.record(stream, 'intake', {
        type: 'AppealLodged',
        data: { applicationId, grounds: 'no longer covered' },
      });
    return;
  }
  history.record(stream, 'supervisor', {
    type: 'ApplicationApproved',
    data: { applicationId, contentHash: HASH, startPeriod: '2026-01' },
  });
  const personId = personOf(index);
  history.record(streams.enrolment('asd', personId), 'automation', {
    type: 'EnrolmentStarted',
    data: {
      programmeId: 'asd',
      personId,
      applicationId,
      region: REGIONS[index % REGIONS.length]!,
      startPeriod: '2026-01',
      facts: { scoreMicro: 9_000_000, coveredByOtherScheme: false, children: [] },
      contentHash: HASH,
      entitlement: {
        period: '2026-01',
        policyVersion: 3,
        amountMinor: '50000',
        items: [{ code: 'flat-aid', period: '2026-01', amountMinor: '50000' }],
      },
    },
  });
  if (index % 50 === 3)
    history.record(streams.enrolment('asd', personId), 'case-officer', {
      type: 'EnrolmentSuspended',
      data: { programmeId: 'asd', personId, fromPeriod: '2026-09', reason: 'moved abroad' },
    });
}

export const isPaid = (index: number): boolean => ![7, 8, 9].includes(index % 10);

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

function pay(history: HistoryBuilder, households: readonly number[], period: string): void {
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

/**
 * A programme's life with this many households, the same for the same options: what read models are
 * built from in tests and benchmarks.
 */
export function historyOf({
  households,
  periods = ['2026-01', '2026-02'],
}: HistoryOptions): Recorded[] {
  const history = new HistoryBuilder();
  define(history);
  const all = Array.from({ length: households }, (_, index) => index);
  for (const index of all) register(history, index);
  for (const index of all) determine(history, index);
  for (const index of all) decide(history, index);
  const byPayment = all.filter(isPaid).sort((a, b) => (personOf(a) < personOf(b) ? -1 : 1));
  for (const period of periods) pay(history, byPayment, period);
  return history.events;
}
