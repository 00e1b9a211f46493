import { cycleDecider, CYCLE_REFUSALS, type CycleCommand } from '../../src/cycle/cycle.decider.js';
import { by, HASH, scenarios, was } from './given.js';

export const { given } = scenarios(cycleDecider, CYCLE_REFUSALS, {
  OpenCycle: true,
  StartPreparation: true,
  RecordPreparation: true,
  ApproveCycle: true,
  ReturnCycle: true,
  AbandonCycle: true,
  ReleaseCycle: true,
  RecordInstruction: true,
  RecordReinstruction: true,
  RecordCheck: true,
  OverrideFinding: true,
  ReconcileCycle: true,
  CloseCycle: true,
  StartLaterCycle: true,
  StartReinstruction: true,
  EndReinstruction: true,
});

export const officer = by('farid', 'finance-officer');

export const controller = by('kenza', 'finance-controller');

export const releaser = by('rachid', 'finance-controller');

export const automation = by('automation', 'automation');

export const cycleId = 'asd-2026-01';

export const open = {
  cycleId,
  programmeId: 'asd',
  period: '2026-01',
  policyVersion: 3,
  currency: 'MAD',
};

export const set = { count: 2, totalMinor: '100000' };

export const opened = was('CycleOpened', open);

export const started = was(
  'CyclePreparationStarted',
  { cycleId, round: 1, asOf: 7 },
  'farid',
  'finance-officer',
);

export const prepared = was(
  'CyclePrepared',
  { cycleId, round: 1, asOf: 7, ...set, contentHash: HASH },
  'farid',
  'finance-officer',
);

export const approved = was(
  'CycleApproved',
  { cycleId, contentHash: HASH, totalMinor: '100000', fiscalYear: 2026 },
  'kenza',
  'finance-controller',
);

export const returned = was(
  'CycleReturned',
  { cycleId, reason: 'one too many' },
  'kenza',
  'finance-controller',
);

export const approve: Extract<CycleCommand, { type: 'ApproveCycle' }> = {
  type: 'ApproveCycle',
  contentHash: HASH,
  fiscalYear: 2026,
};
