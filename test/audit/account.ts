import { HouseholdLedger } from '../../src/audit/household-ledger.js';
import { Findings } from './direct.js';

export const P1 = 'asd-2026-01-p';
export const P2 = 'asd-2026-02-p';
type Ledger = HouseholdLedger;
type Of<K extends keyof Ledger> = Ledger[K] extends (said: infer D, ...rest: never[]) => unknown
  ? D
  : never;

const told = (said: string[]): readonly string[] => said.splice(0);

/** What comes onto an account, and what payments carry of it. */
function arrearsOf(ledger: HouseholdLedger, { said, found }: Findings) {
  /** Of January, unless a test says otherwise. */
  const propose = (correctionId: string, minor: bigint, month = '2026-01'): void => {
    ledger.pending = { correctionId, minor, months: new Map([[month, { minor, deducted: 0n }]]) };
  };
  /** Deductions are of position -1 unless a test says otherwise, so this one is before them. */
  const establish = (
    correctionId: string,
    differenceMinor: string,
    offsetMinor?: string,
    approvedAt = -2,
    more: object = {},
  ) => {
    const offset = offsetMinor === undefined ? {} : { offsetMinor };
    const data: object = { correctionId, differenceMinor, ...offset, ...more };
    ledger.established(data as Of<'established'>, { at: approvedAt, isNew: true }, found);
    return told(said);
  };
  const overpaid = (correctionId: string, amountMinor: string) => {
    const data: object = { correctionId, amountMinor };
    ledger.overpaid(data as Of<'overpaid'>, found);
    return told(said);
  };
  const carry = (
    amountMinor: string,
    correctionIds: readonly string[],
    paymentId = P1,
    round = 1,
  ) => {
    const data: object = { paymentId, round, amountMinor, correctionIds };
    ledger.arrearsOrdered(data as Of<'arrearsOrdered'>, found);
    return told(said);
  };
  const release = (amountMinor: string, isPaid = false, paymentId = P1, round = 1) => {
    const event: object = { position: -1, data: { paymentId, round, amountMinor } };
    ledger.arrearsReleased(event as Of<'arrearsReleased'>, () => isPaid, found);
    return told(said);
  };
  const order = (arrears: bigint, recovery: bigint, grossMinor = 1_000n, id = P1, round = 1) => {
    ledger.paymentOrdered(id, round, { arrears, recovery, grossMinor }, found);
    return told(said);
  };
  return { propose, establish, overpaid, carry, release, order };
}

/** What becomes of a debt. */
function debtOf(ledger: HouseholdLedger, { said, found }: Findings) {
  const plan = (sharePercent = 50, floorMinor = '0', by = 'farid'): void => {
    const data: object = { sharePercent, floorMinor };
    ledger.planned(data as Of<'planned'>, by);
  };
  const deduct = (amountMinor: string, remainingMinor: string, more: object = {}) => {
    const data: object = {
      paymentId: P1,
      round: 1,
      grossMinor: '1000',
      amountMinor,
      remainingMinor,
      ...more,
    };
    ledger.deducted(data as Of<'deducted'>, found);
    return told(said);
  };
  const reverse = (amountMinor: string, isPaid = false, round = 1) => {
    const data: object = { paymentId: P1, round, amountMinor };
    ledger.reversed(data as Of<'reversed'>, () => isPaid, found);
    return told(said);
  };
  const waive = (amountMinor: string, by = 'kenza') => {
    const data: object = { amountMinor };
    ledger.waived(data as Of<'waived'>, by, found);
    return told(said);
  };
  const offset = (correctionId: string, amountMinor: string, waivedMinor = '0') => {
    const data: object = { correctionId, amountMinor, waivedMinor };
    ledger.offset(data as Of<'offset'>, found);
    return told(said);
  };
  const complete = (overpaidMinor: string, recoveredMinor: string, waivedMinor: string) => {
    const data: object = { overpaidMinor, recoveredMinor, waivedMinor };
    ledger.completed(data as Of<'completed'>, found);
    return told(said);
  };
  return { plan, deduct, reverse, waive, offset, complete };
}

/**
 * An account of a household, with short words for what happens to it; each returns what is found.
 */
export function account() {
  const ledger = new HouseholdLedger();
  const findings = new Findings();
  const made = { ledger, ...arrearsOf(ledger, findings), ...debtOf(ledger, findings) };
  const { propose, establish, overpaid } = made;
  const owed = (correctionId: string, minor: bigint): readonly string[] => {
    propose(correctionId, minor);
    return establish(correctionId, String(minor));
  };
  const owes = (correctionId: string, minor: bigint): readonly string[] => {
    propose(correctionId, -minor);
    return [...overpaid(correctionId, String(minor)), ...establish(correctionId, String(-minor))];
  };
  return { ...made, owed, owes };
}
export const owing = (minor: bigint) => {
  const made = account();
  made.owes('C1', minor);
  return made;
};
