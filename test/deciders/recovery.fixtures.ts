import { by, uuid, was } from './given.js';

export const officer = by('farid', 'finance-officer');

export const controller = by('kenza', 'finance-controller');

export const automation = by('automation', 'automation');

export const recoveryId = `asd-${uuid(2)}`;

export const owe = (amountMinor = '30000', correctionId = 'asd-0001') => ({
  recoveryId,
  programmeId: 'asd',
  personId: uuid(2),
  region: 'MA-06',
  correctionId,
  amountMinor,
  currency: 'MAD',
});

export const owed = was('OverpaymentEstablished', owe());

export const plan = { sharePercent: 20, floorMinor: '40000', reason: 'agreed' };

export const planned = was('RecoveryPlanAgreed', { recoveryId, ...plan }, 'farid');
