import type { Recorded } from '../kernel/decider.js';
import { isSamePerson } from '../kernel/subject.js';
import type { Found } from './report.js';

interface File {
  readonly handedOverBy: string;
  /** By the bank's own channel, or by a second person. */
  isConfirmed: boolean;
  isUnderWay: boolean;
}
const OF_A_FILE = /^(camt|pain)\./;

/**
 * I4 for files of banks: one that a person handed over is applied once another confirmed it, and what
 * a person records as a bank's word comes from such a file. Events of old versions do not say how
 * their actor came; what stands before the first that does was decided under older rules. Kept are
 * files that were not applied.
 */
export class BankFilesCheck {
  readonly #files = new Map<string, File>();
  #underWay = 0;
  #isUnderRules = false;

  add(event: Recorded, found: Found): void {
    if (event.meta.channel !== undefined) this.#isUnderRules = true;
    switch (event.type) {
      case 'BankMessageReceived':
        return this.#received(event);
      case 'BankMessageQuarantined': {
        const file = this.#files.get(event.stream);
        if (file) this.#turn(file, false);
        return;
      }
      case 'BankMessageReleased':
        return this.#released(event, found);
      case 'BankMessageApplied':
        return this.#applied(event, found);
      case 'PaymentAccepted':
      case 'PaymentSettled':
      case 'PaymentRejected':
      case 'PaymentReturned':
      case 'PaymentOutcomeUnknown':
      case 'PaymentBreakRecorded':
        return this.#said(event, found);
      default:
        return;
    }
  }

  #turn(file: File, isUnderWay: boolean): void {
    if (file.isUnderWay !== isUnderWay) this.#underWay += isUnderWay ? 1 : -1;
    file.isUnderWay = isUnderWay;
  }

  #received({ stream, meta }: Recorded<'BankMessageReceived'>): void {
    // One person's was enough under the older rules.
    const isConfirmed = meta.role === 'payment-system' || !this.#isUnderRules;
    const file = { handedOverBy: meta.actor, isConfirmed, isUnderWay: false };
    this.#files.set(stream, file);
    this.#turn(file, isConfirmed);
  }

  #released({ stream, meta }: Recorded<'BankMessageReleased'>, found: Found): void {
    const file = this.#files.get(stream);
    if (!file) return;
    const isOther = !isSamePerson(file.handedOverBy, meta.actor);
    if (this.#isUnderRules && !isOther) found('I4', 'a file was released by who handed it over');
    file.isConfirmed ||= isOther;
    this.#turn(file, true);
  }

  #applied({ stream }: Recorded<'BankMessageApplied'>, found: Found): void {
    const file = this.#files.get(stream);
    if (!file) return;
    if (this.#isUnderRules && !file.isConfirmed)
      found('I4', 'a file was applied that one person alone handed over');
    this.#turn(file, false);
    this.#files.delete(stream);
  }

  #said({ data, meta }: Recorded<OutcomeType>, found: Found): void {
    if (!this.#isUnderRules || !OF_A_FILE.test(data.source)) return;
    if (meta.role === 'payment-system' || meta.role === 'automation') return;
    if (this.#underWay === 0) found('I4', "a person's word was recorded as that of a bank's file");
  }
}

type OutcomeType =
  | 'PaymentAccepted'
  | 'PaymentSettled'
  | 'PaymentRejected'
  | 'PaymentReturned'
  | 'PaymentOutcomeUnknown'
  | 'PaymentBreakRecorded';
