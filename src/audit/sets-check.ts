import { createHash } from 'node:crypto';
import { canonicalJson, sha256Hex } from '../kernel/canonical.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment } from '../kernel/ids.js';
import type { Found } from './report.js';

/** Of whose lines a hash is made, in the order of the persons; by person. */
type Lines = Map<string, string>;

interface Round {
  readonly number: number;
  readonly lines: Lines;
}

/**
 * I6 for what people approve by its hash: that it is the hash of the payments that were ordered in
 * the round, or of the differences that were proposed. Some 100 bytes a payment of a cycle that is
 * being prepared, and a household of a correction that is being computed.
 */
export class SetsCheck {
  readonly #rounds = new Map<string, Round>();
  readonly #corrections = new Map<string, Lines>();

  add(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'CyclePreparationStarted':
        this.#rounds.set(event.data.cycleId, { number: event.data.round, lines: new Map() });
        return;
      case 'PaymentOrdered':
        return this.#ordered(event.data);
      case 'CyclePrepared':
        return this.#prepared(event.data, found);
      case 'CycleReturned':
      case 'CycleAbandoned':
        this.#rounds.delete(event.data.cycleId);
        return;
      case 'CorrectionStarted':
        this.#corrections.set(event.data.correctionId, new Map());
        return;
      case 'AdjustmentProposed': {
        const { correctionId, personId, differenceMinor, periods } = event.data;
        const months = sha256Hex(canonicalJson(periods));
        this.#corrections
          .get(correctionId)
          ?.set(personId, `${personId}|${differenceMinor}|${months}\n`);
        return;
      }
      case 'CorrectionProposed':
        return this.#proposed(event.data, found);
      default:
        return;
    }
  }

  #ordered({
    paymentId,
    personId,
    round,
    amountMinor,
    currency,
  }: Recorded<'PaymentOrdered'>['data']): void {
    const current = this.#rounds.get(cycleOfPayment(paymentId));
    if (current?.number === round)
      current.lines.set(personId, `${paymentId}|${amountMinor}|${currency}\n`);
  }

  #prepared({ cycleId, contentHash }: Recorded<'CyclePrepared'>['data'], found: Found): void {
    const round = this.#rounds.get(cycleId);
    this.#rounds.delete(cycleId);
    if (round && hashOf(round.lines) !== contentHash)
      found('I6', 'the hash of what was prepared is not of the payments that were ordered');
  }

  #proposed(
    { correctionId, contentHash }: Recorded<'CorrectionProposed'>['data'],
    found: Found,
  ): void {
    const lines = this.#corrections.get(correctionId);
    this.#corrections.delete(correctionId);
    if (lines && hashOf(lines) !== contentHash)
      found('I6', 'the hash of what was proposed is not of the differences that were computed');
  }
}

function hashOf(lines: Lines): string {
  const hash = createHash('sha256');
  for (const person of [...lines.keys()].sort()) hash.update(lines.get(person)!);
  return hash.digest('hex');
}
