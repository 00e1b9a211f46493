import { describe, test } from '@jest/globals';
import { correctionDecider, CORRECTION_REFUSALS } from '../../src/correction/correction.decider.js';
import { by, HASH, OTHER_HASH, scenarios, was } from './given.js';

const { given } = scenarios(correctionDecider, CORRECTION_REFUSALS, {
  StartCorrection: true,
  ProposeCorrection: true,
  ApproveCorrection: true,
  RejectCorrection: true,
  WithdrawCorrection: true,
  ApplyCorrection: true,
});
const officer = by('farid', 'finance-officer');
const controller = by('kenza', 'finance-controller');
const automation = by('automation', 'automation');
const correctionId = 'asd-0001';
const start = {
  correctionId,
  programmeId: 'asd',
  fromPeriod: '2025-11',
  toPeriod: '2026-01',
  basis: 'first-paid' as const,
  asOf: 90,
  reason: 'rates published late',
};
const figures = { arrearsCount: 2, arrearsMinor: '15000', overpaidCount: 1, overpaidMinor: '2000' };
const proposal = { asOf: 90, households: 10, ...figures, contentHash: HASH };
const started = was('CorrectionStarted', start, 'farid');
const proposed = was('CorrectionProposed', { correctionId, ...proposal }, 'farid');
const approved = was('CorrectionApproved', { correctionId, contentHash: HASH }, 'kenza');
const applied = was('CorrectionApplied', { correctionId, ...figures });

describe('a correction', () => {
  test('is started once, for months that were paid', () => {
    given()
      .when({ type: 'StartCorrection', ...start }, officer)
      .then({ type: 'CorrectionStarted', data: start });
    given(started)
      .when({ type: 'StartCorrection', ...start }, officer)
      .thenRefused('CORRECTION_ALREADY_STARTED', 'correctionId');
    given()
      .when({ type: 'StartCorrection', ...start }, controller)
      .thenRefused('ROLE_NOT_ALLOWED');
    given()
      .when({ type: 'StartCorrection', ...start, fromPeriod: '2026-02' }, officer)
      .thenRefused('PERIODS_OUT_OF_ORDER', 'fromPeriod');
    given()
      .when({ type: 'StartCorrection', ...start, fromPeriod: '2026-2' }, officer)
      .thenRefused('INVALID_PERIOD', 'fromPeriod');
  });
  test('is approved by another person than proposed it, exactly as it was seen', () => {
    given(started)
      .when({ type: 'ProposeCorrection', ...proposal }, officer)
      .then({ type: 'CorrectionProposed', data: proposed.data });
    given(started, proposed)
      .when({ type: 'ApproveCorrection', contentHash: HASH }, controller)
      .then({ type: 'CorrectionApproved', data: approved.data });
    given(started, proposed)
      .when({ type: 'ApproveCorrection', contentHash: OTHER_HASH }, controller)
      .thenRefused('CONTENT_CHANGED', 'contentHash');
    given(started, proposed)
      .when({ type: 'ApproveCorrection', contentHash: HASH }, by('farid', 'finance-controller'))
      .thenRefused('SAME_PERSON');
    given(started, was('CorrectionProposed', { correctionId, ...proposal }, 'samir'))
      .when({ type: 'ApproveCorrection', contentHash: HASH }, by('samir', 'finance-controller'))
      .thenRefused('SAME_PERSON');
    given(started, proposed)
      .when({ type: 'ApproveCorrection', contentHash: HASH }, by('Farid', 'finance-controller'))
      .thenRefused('SAME_PERSON');
    given(started)
      .when({ type: 'ApproveCorrection', contentHash: HASH }, controller)
      .thenRefused('CORRECTION_STATUS');
    given()
      .when({ type: 'ApproveCorrection', contentHash: HASH }, controller)
      .thenRefused('CORRECTION_NOT_FOUND', 'correctionId');
  });
  test('that found nothing is settled', () => {
    const nothing = was('CorrectionProposed', {
      correctionId,
      ...proposal,
      arrearsCount: 0,
      arrearsMinor: '0',
      overpaidCount: 0,
      overpaidMinor: '0',
    });
    given(started, nothing)
      .when({ type: 'ApproveCorrection', contentHash: HASH }, controller)
      .thenRefused('CORRECTION_STATUS');
  });
  test('is rejected before it is approved, not after', () => {
    given(started, proposed)
      .when({ type: 'RejectCorrection', reason: 'another date' }, controller)
      .then({ type: 'CorrectionRejected', data: { correctionId, reason: 'another date' } });
    given(started, proposed, approved)
      .when({ type: 'RejectCorrection', reason: 'another date' }, controller)
      .thenRefused('CORRECTION_STATUS');
  });
  test('is taken back by who proposed it, as if it was rejected', () => {
    const reason = 'another month';
    const withdraw = { type: 'WithdrawCorrection', reason } as const;
    const byFarid = [
      was('CorrectionStarted', started.data, 'farid'),
      was('CorrectionProposed', proposed.data, 'farid'),
    ];
    given(...byFarid)
      .when(withdraw, officer)
      .then({ type: 'CorrectionRejected', data: { correctionId, reason } });
    for (const past of [[], byFarid])
      given(...past)
        .when(withdraw, by('farid', 'finance-officer', 'MA-06'))
        .thenRefused('REGION_NOT_ALLOWED');
    given(...byFarid)
      .when(withdraw, controller)
      .thenRefused('NOTHING_PROPOSED');
    given(...byFarid, approved)
      .when(withdraw, officer)
      .thenRefused('NOTHING_PROPOSED');
  });
  test('is applied once, in the sums that were approved', () => {
    given(started, proposed, approved)
      .when({ type: 'ApplyCorrection', ...figures }, automation)
      .then({ type: 'CorrectionApplied', data: applied.data });
    given(started, proposed, approved, applied)
      .when({ type: 'ApplyCorrection', ...figures }, automation)
      .then();
    given(started, proposed, approved)
      .when({ type: 'ApplyCorrection', ...figures, arrearsMinor: '14999' }, automation)
      .thenRefused('FIGURES_DIFFER');
    const none = { arrearsCount: 0, arrearsMinor: '0', overpaidCount: 0, overpaidMinor: '0' };
    given(started, proposed, approved)
      .when({ type: 'ApplyCorrection', ...none, lapsed: figures }, automation)
      .then({ type: 'CorrectionApplied', data: { correctionId, ...none } });
    given(started, proposed, approved)
      .when({ type: 'ApplyCorrection', ...figures, lapsed: figures }, automation)
      .thenRefused('FIGURES_DIFFER');
    given(started, proposed)
      .when({ type: 'ApplyCorrection', ...figures }, automation)
      .thenRefused('CORRECTION_STATUS');
  });
});
