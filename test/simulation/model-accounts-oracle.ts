import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';

interface Account {
  readonly arrears: Map<string, bigint>;
  readonly carried: Map<string, bigint>;
  overpaid: bigint;
  waived: bigint;
  readonly deducted: Map<string, bigint>;
}

/** Arrears, or what an overpayment took of them. */
function put({ arrears }: Account, data: EventData['AdjustmentEstablished']): void {
  const { correctionId, differenceMinor, offsetMinor = '0', arrearsOffset = [] } = data;
  if (!differenceMinor.startsWith('-'))
    arrears.set(correctionId, BigInt(differenceMinor) - BigInt(offsetMinor));
  for (const one of arrearsOffset)
    arrears.set(one.correctionId, (arrears.get(one.correctionId) ?? 0n) - BigInt(one.amountMinor));
}

/**
 * Money of corrections, by walking over the log with nothing of the engine's own rules: an arrears
 * is in at most one payment that stands, nobody gives back more than they got too much, and what
 * payments carry is what the accounts say.
 */
export function* accounts(events: readonly Recorded[]): Generator<string> {
  const households = new Map<string, Account>();
  const of = (key: string): Account => {
    const known = households.get(key) ?? {
      arrears: new Map(),
      carried: new Map(),
      overpaid: 0n,
      waived: 0n,
      deducted: new Map(),
    };
    households.set(key, known);
    return known;
  };
  for (const { type, data, position } of events) {
    switch (type) {
      case 'AdjustmentEstablished':
        put(of(`${data.programmeId}-${data.personId}`), data);
        break;
      case 'ArrearsOrdered':
        of(`${data.programmeId}-${data.personId}`).carried.set(
          data.paymentId,
          BigInt(data.amountMinor),
        );
        break;
      case 'ArrearsReleased':
        of(`${data.programmeId}-${data.personId}`).carried.delete(data.paymentId);
        break;
      case 'OverpaymentEstablished':
        of(data.recoveryId).overpaid += BigInt(data.amountMinor);
        break;
      case 'OverpaymentOffset':
        of(data.recoveryId).overpaid -= BigInt(data.amountMinor);
        of(data.recoveryId).waived -= BigInt(data.waivedMinor);
        break;
      case 'OverpaymentWaived':
        of(data.recoveryId).waived += BigInt(data.amountMinor);
        break;
      case 'RecoveryDeducted':
        of(data.recoveryId).deducted.set(data.paymentId, BigInt(data.amountMinor));
        break;
      case 'RecoveryDeductionReversed':
        of(data.recoveryId).deducted.delete(data.paymentId);
        break;
      default:
        continue;
    }
    for (const [key, { arrears, carried, overpaid, waived, deducted }] of households) {
      if (sum(carried) > sum(arrears))
        yield `I6 at ${position}: ${key} is paid ${sum(carried)} of ${sum(arrears)} arrears`;
      if (sum(deducted) + waived > overpaid)
        yield `I6 at ${position}: ${key} gave back ${sum(deducted)} and was let off ${waived} of ${overpaid}`;
    }
  }
  yield* carriedAsSaid(events, households);
}

/**
 * The newest order of each payment against the account of its household, where the payment was not
 * cancelled.
 */
function* carriedAsSaid(
  events: readonly Recorded[],
  households: ReadonlyMap<string, Account>,
): Generator<string> {
  const orders = new Map<string, Extract<Recorded, { type: 'PaymentOrdered' }>['data']>();
  for (const { type, data } of events) {
    if (type === 'PaymentOrdered') orders.set(data.paymentId, data);
    if (type === 'PaymentCancelled') orders.delete(data.paymentId);
  }
  const inClosed = new Set(
    events.flatMap(({ type, data }) => (type === 'CycleClosed' ? [data.cycleId] : [])),
  );
  for (const [paymentId, { programmeId, personId, items }] of orders) {
    const account = households.get(`${programmeId}-${personId}`);
    const of = (code: string): bigint =>
      items.reduce(
        (total, item) => (item.code === code ? total + BigInt(item.amountMinor) : total),
        0n,
      );
    // Of a payment that was not paid when its cycle closed, the account gets everything back.
    const same = (said: bigint, ordered: bigint): boolean =>
      said === ordered || (said === 0n && inClosed.has(paymentId.slice(0, -37)));
    if (!same(account?.carried.get(paymentId) ?? 0n, of('arrears')))
      yield `I6: ${paymentId} carries ${of('arrears')} of arrears and the account says ${account?.carried.get(paymentId) ?? 0n}`;
    if (!same(account?.deducted.get(paymentId) ?? 0n, -of('recovery')))
      yield `I6: ${paymentId} gives back ${-of('recovery')} and the account says ${account?.deducted.get(paymentId) ?? 0n}`;
  }
}

const sum = (amounts: ReadonlyMap<string, bigint>): bigint =>
  [...amounts.values()].reduce((total, minor) => total + minor, 0n);
