import { asdProgramme, asdVersions } from '../../src/eligibility/reference/asd.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { HistoryBuilder } from './history-builder.js';
import { personOf, HASH, REGIONS, applicationOf, isPaid } from './history-people.js';
import { pay } from './history-payments.js';

export interface HistoryOptions {
  readonly households: number;
  readonly periods?: readonly string[];
}

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
