import { describe, test } from '@jest/globals';
import {
  applicationDecider,
  APPLICATION_REFUSALS,
  type ApplicationCommand,
} from '../../src/application/application.decider.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { entitlement } from './enrolment.fixtures.js';
import { by, OTHER_HASH, scenarios, uuid, was } from './given.js';

const { given } = scenarios(applicationDecider, APPLICATION_REFUSALS, {
  SubmitApplication: true,
  AmendApplication: true,
  DetermineEligibility: true,
  RecommendApplication: true,
  ReturnApplication: true,
  ApproveApplication: true,
  RejectApplication: true,
  WithdrawApplication: true,
  LodgeAppeal: true,
  UpholdAppeal: true,
  DismissAppeal: true,
});
const intake = by('ines', 'intake');
const officer = by('omar', 'case-officer');
const supervisor = by('salma', 'supervisor');
const applicationId = uuid(1);
const facts = { scoreMicro: 9_000_000, children: [] };
const amendedFacts = { scoreMicro: 9_100_000, children: [] };
const hash = contentHash(facts);
const amendedHash = contentHash(amendedFacts);
const submission = {
  applicationId,
  programmeId: 'asd',
  personId: uuid(2),
  region: 'MA-06',
  receivedOn: '2026-01-15',
  channel: 'counter' as const,
  facts,
};
const submit: ApplicationCommand = { type: 'SubmitApplication', ...submission };
const finding = {
  criterion: 'score',
  kind: 'required' as const,
  holds: true,
  satisfied: true,
  inputs: { scoreMicro: 9_000_000 },
};

const eligible = {
  policyVersion: 3,
  asOf: '2026-01-15',
  eligible: true,
  findings: [finding],
  entitlement,
};
const ineligible = {
  ...eligible,
  eligible: false,
  findings: [{ ...finding, holds: false, satisfied: false }],
  entitlement: { ...entitlement, amountMinor: '0', items: [] },
};

const submitted = was('ApplicationSubmitted', { ...submission, contentHash: hash }, 'ines');
const determined = was(
  'EligibilityDetermined',
  { applicationId, ...eligible, contentHash: hash },
  'automation',
  'automation',
);
const found = was(
  'EligibilityDetermined',
  { applicationId, ...ineligible, contentHash: hash },
  'automation',
  'automation',
);
const recommended = was(
  'ApplicationRecommended',
  { applicationId, recommendation: 'approve', contentHash: hash },
  'omar',
  'case-officer',
);
const against = was(
  'ApplicationRecommended',
  { applicationId, recommendation: 'reject', contentHash: hash },
  'omar',
  'case-officer',
);
const amended = was(
  'ApplicationAmended',
  { applicationId, facts: amendedFacts, contentHash: amendedHash, reason: 'a mistake' },
  'iman',
);
const approved = was(
  'ApplicationApproved',
  { applicationId, contentHash: hash, startPeriod: '2026-01' },
  'salma',
  'supervisor',
);
const rejected = was(
  'ApplicationRejected',
  { applicationId, contentHash: hash, reason: 'score' },
  'salma',
  'supervisor',
);
const lodged = was('AppealLodged', { applicationId, grounds: 'the score is out of date' }, 'ines');

const recommend: ApplicationCommand = {
  type: 'RecommendApplication',
  recommendation: 'approve',
  contentHash: hash,
};
const approve: ApplicationCommand = {
  type: 'ApproveApplication',
  contentHash: hash,
  startPeriod: '2026-01',
};
const reject: ApplicationCommand = {
  type: 'RejectApplication',
  contentHash: hash,
  reason: 'score',
};
const appeal: ApplicationCommand = {
  type: 'LodgeAppeal',
  grounds: 'the score is out of date',
  today: '2026-02-25',
  decidedOn: '2026-02-10',
  appealDays: 15,
};

describe('submitting and amending', () => {
  test('binds the facts by their hash', () => {
    given()
      .when(submit, intake)
      .then({ type: 'ApplicationSubmitted', data: { ...submission, contentHash: hash } });
    given(submitted)
      .when(submit, intake)
      .thenRefused('APPLICATION_ALREADY_SUBMITTED', 'applicationId');
    given()
      .when({ ...submit, receivedOn: '2026-02-29' }, intake)
      .thenRefused('INVALID_DATE', 'receivedOn');
    given().when(submit, officer).thenRefused('ROLE_NOT_ALLOWED');
    given()
      .when(submit, by('ines', 'intake', 'MA-01', 'MA-02'))
      .thenRefused('REGION_NOT_ALLOWED');
  });
  test('the same facts again change nothing, others take back the assessment', () => {
    given(submitted)
      .when(
        {
          type: 'AmendApplication',
          facts: { children: [], scoreMicro: 9_000_000 },
          reason: 'a mistake',
        },
        intake,
      )
      .then();
    given(submitted, determined, recommended)
      .when({ type: 'AmendApplication', facts: amendedFacts, reason: 'a mistake' }, intake)
      .then({ type: 'ApplicationAmended', data: amended.data });
    given(submitted, determined, recommended, approved)
      .when({ type: 'AmendApplication', facts: amendedFacts, reason: 'late' }, intake)
      .thenRefused('APPLICATION_STATUS');
    given()
      .when({ type: 'AmendApplication', facts, reason: 'early' }, intake)
      .thenRefused('APPLICATION_NOT_FOUND');
  });
  test('can be withdrawn before the decision', () => {
    given(submitted, determined)
      .when({ type: 'WithdrawApplication', reason: 'moved' }, intake)
      .then({ type: 'ApplicationWithdrawn', data: { applicationId, reason: 'moved' } });
    given(submitted, determined, recommended, approved)
      .when({ type: 'WithdrawApplication', reason: 'moved' }, intake)
      .thenRefused('APPLICATION_STATUS');
  });
});

describe('assessing', () => {
  test('a determination is of the content that stands', () => {
    given(submitted, determined, amended)
      .when(
        { type: 'DetermineEligibility', determination: eligible },
        by('automation', 'automation'),
      )
      .thenOne('EligibilityDetermined', { contentHash: amendedHash });
    given(submitted, determined)
      .when({ type: 'DetermineEligibility', determination: eligible }, officer)
      .then();
    given(submitted, determined)
      .when(
        { type: 'DetermineEligibility', determination: { ...eligible, policyVersion: 4 } },
        officer,
      )
      .thenOne('EligibilityDetermined', { policyVersion: 4 });
    given(submitted, determined, recommended, approved)
      .when({ type: 'DetermineEligibility', determination: ineligible }, officer)
      .thenRefused('APPLICATION_STATUS');
  });
  test('a recommendation rests on it', () => {
    given(submitted, determined)
      .when({ ...recommend, note: 'visited' }, officer)
      .then({ type: 'ApplicationRecommended', data: { ...recommended.data, note: 'visited' } });
    given(submitted).when(recommend, officer).thenRefused('NOT_DETERMINED');
    given(submitted, found).when(recommend, officer).thenRefused('NOT_ELIGIBLE', 'recommendation');
    given(submitted, found)
      .when({ ...recommend, recommendation: 'reject' }, officer)
      .thenOne('ApplicationRecommended', { recommendation: 'reject' });
    given(submitted, determined, amended)
      .when(recommend, officer)
      .thenRefused('CONTENT_CHANGED', 'contentHash');
    given(submitted, determined, amended)
      .when({ ...recommend, contentHash: amendedHash }, officer)
      .thenRefused('NOT_DETERMINED');
    given(submitted, determined)
      .when(recommend, by('ines', 'case-officer'))
      .thenRefused('SAME_PERSON');
    given(submitted, determined)
      .when(recommend, by('Ines', 'case-officer'))
      .thenRefused('SAME_PERSON');
  });
  test('a recommendation and a decision rest on the version that its month is paid under now', () => {
    given(submitted, determined)
      .when({ ...recommend, policyVersion: 4 }, officer)
      .thenRefused('NOT_DETERMINED');
    const approve = { type: 'ApproveApplication', contentHash: hash } as const;
    const asked = given(submitted, determined, recommended);
    asked
      .when({ ...approve, startPeriod: '2026-01', policyVersion: 4 }, supervisor)
      .thenRefused('NOT_DETERMINED');
    asked
      .when({ ...approve, startPeriod: '2026-01', policyVersion: 3 }, supervisor)
      .thenOne('ApplicationApproved', { startPeriod: '2026-01' });
    given(submitted, found, against)
      .when(
        { type: 'RejectApplication', contentHash: hash, reason: 'score', policyVersion: 4 },
        supervisor,
      )
      .thenRefused('NOT_DETERMINED');
  });
  test('a returned one is assessed again', () => {
    const returned = was(
      'ApplicationReturned',
      { applicationId, reason: 'a paper is missing' },
      'salma',
      'supervisor',
    );
    given(submitted, determined, recommended)
      .when({ type: 'ReturnApplication', reason: 'a paper is missing' }, supervisor)
      .then({ type: 'ApplicationReturned', data: returned.data });
    given(submitted, determined, recommended, returned)
      .when(approve, supervisor)
      .thenRefused('APPLICATION_STATUS');
    given(submitted, determined, recommended, returned)
      .when({ type: 'DetermineEligibility', determination: eligible }, officer)
      .thenOne('EligibilityDetermined');
  });
});

describe('deciding', () => {
  test('takes three people', () => {
    given(submitted, determined, recommended)
      .when(approve, supervisor)
      .then({ type: 'ApplicationApproved', data: approved.data });
    given(submitted, determined, recommended)
      .when(approve, by('omar', 'supervisor'))
      .thenRefused('SAME_PERSON');
    for (const spelled of ['OMAR', 'INES'])
      given(submitted, determined, recommended)
        .when(approve, by(spelled, 'supervisor'))
        .thenRefused('SAME_PERSON');
    given(submitted, determined, recommended)
      .when(approve, by('ines', 'supervisor'))
      .thenRefused('SAME_PERSON');
    given(
      submitted,
      amended,
      was(
        'EligibilityDetermined',
        { applicationId, ...eligible, contentHash: amendedHash },
        'automation',
        'automation',
      ),
      was(
        'ApplicationRecommended',
        { ...recommended.data, contentHash: amendedHash },
        'omar',
        'case-officer',
      ),
    )
      .when({ ...approve, contentHash: amendedHash }, by('iman', 'supervisor'))
      .thenRefused('SAME_PERSON');
    given(submitted, found, against)
      .when(reject, by('omar', 'supervisor'))
      .thenRefused('SAME_PERSON');
  });
  test('is of the content that was assessed', () => {
    given(submitted, determined, recommended)
      .when({ ...approve, contentHash: OTHER_HASH }, supervisor)
      .thenRefused('CONTENT_CHANGED', 'contentHash');
    given(submitted, determined, recommended, amended)
      .when(approve, supervisor)
      .thenRefused('CONTENT_CHANGED', 'contentHash');
    given(submitted, determined, recommended, amended)
      .when({ ...approve, contentHash: amendedHash }, supervisor)
      .thenRefused('APPLICATION_STATUS');
    // Amended back to what it said at first: the old recommendation does not come back with it.
    given(
      submitted,
      determined,
      recommended,
      amended,
      was('ApplicationAmended', { applicationId, facts, contentHash: hash, reason: 'no mistake' }),
    )
      .when(approve, supervisor)
      .thenRefused('APPLICATION_STATUS');
  });
  test('follows the recommendation', () => {
    given(submitted, found, against)
      .when(approve, supervisor)
      .thenRefused('NOT_RECOMMENDED_FOR_THIS');
    given(submitted, determined, recommended)
      .when(reject, supervisor)
      .thenRefused('NOT_RECOMMENDED_FOR_THIS');
    given(submitted, found, against)
      .when(reject, supervisor)
      .then({ type: 'ApplicationRejected', data: rejected.data });
  });
  test('pays from the month of the application at the earliest', () => {
    given(submitted, determined, recommended)
      .when({ ...approve, startPeriod: '2025-12' }, supervisor)
      .thenRefused('START_PERIOD_TOO_EARLY', 'startPeriod');
    given(submitted, determined, recommended)
      .when({ ...approve, startPeriod: '2026-00' }, supervisor)
      .thenRefused('INVALID_PERIOD', 'startPeriod');
    given(submitted, determined, recommended)
      .when({ ...approve, startPeriod: '2026-02' }, supervisor)
      .thenOne('ApplicationApproved', { startPeriod: '2026-02' });
  });
});

describe('an appeal', () => {
  const history = [submitted, found, against, rejected] as const;
  test('is lodged against a rejection, on the last day still', () => {
    given(...history)
      .when(appeal, intake)
      .then({ type: 'AppealLodged', data: lodged.data });
    given(...history)
      .when({ ...appeal, today: '2026-02-26' }, intake)
      .thenRefused('APPEAL_TOO_LATE');
    given(submitted, determined, recommended, approved)
      .when(appeal, intake)
      .thenRefused('APPLICATION_STATUS');
  });
  test('is decided by another than who rejected', () => {
    given(...history, lodged)
      .when({ type: 'UpholdAppeal', reason: 'new score' }, supervisor)
      .thenRefused('SAME_PERSON');
    given(...history, lodged)
      .when(
        { type: 'UpholdAppeal', reason: 'new score' },
        by(supervisor.actor.id.toUpperCase(), 'supervisor'),
      )
      .thenRefused('SAME_PERSON');
    given(...history, lodged)
      .when({ type: 'DismissAppeal', reason: 'no new fact' }, by('said', 'supervisor'))
      .then({ type: 'AppealDismissed', data: { applicationId, reason: 'no new fact' } });
  });
  test('is decided by nobody who had a part in it, or lodged it', () => {
    const lodgedBy = was('AppealLodged', lodged.data, 'x.thief', 'intake');
    for (const who of [intake.actor.id, 'x.thief', 'X.Thief', recommended.meta.actor])
      given(...history, lodgedBy)
        .when({ type: 'DismissAppeal', reason: 'seen' }, by(who, 'supervisor'))
        .thenRefused('SAME_PERSON');
  });
  test('upheld sends it back to assessment; dismissed ends it', () => {
    const upheld = was(
      'AppealUpheld',
      { applicationId, reason: 'new score' },
      'said',
      'supervisor',
    );
    given(...history, lodged)
      .when({ type: 'UpholdAppeal', reason: 'new score' }, by('said', 'supervisor'))
      .then({ type: 'AppealUpheld', data: upheld.data });
    given(...history, lodged, upheld)
      .when(approve, by('said', 'supervisor'))
      .thenRefused('APPLICATION_STATUS');
    given(...history, lodged, upheld)
      .when({ type: 'DetermineEligibility', determination: eligible }, officer)
      .thenOne('EligibilityDetermined', { eligible: true });
    given(
      ...history,
      lodged,
      was('AppealDismissed', { applicationId, reason: 'no new fact' }, 'said', 'supervisor'),
    )
      .when(appeal, intake)
      .thenRefused('APPEAL_ALREADY_DECIDED');
  });
});
