import type { Recorded } from '../kernel/decider.js';
import { Era } from './era.js';
import type { Found } from './report.js';

interface Tally {
  /** Outcomes and breaks in the whole log, when the file was received. */
  readonly outcomes: number;
  readonly breaks: number;
}
type Said = Recorded<
  | 'PaymentAccepted'
  | 'PaymentSettled'
  | 'PaymentRejected'
  | 'PaymentReturned'
  | 'PaymentOutcomeUnknown'
  | 'PaymentBooked'
  | 'PaymentBreakRecorded'
>;

/** What is said under these is a person's own word, or an entry's that was given to a payment. */
const OWN_WORD: ReadonlySet<string> = new Set(['http', 'file', 'operator']);

/**
 * I2 for what is said of a whole file of a bank: no more of it was applied or was a break than the
 * log has since the file came, and its figures add up. (An entry that waits for a person may have
 * been in an earlier file, too.) What a person records as a bank's word is of a file that is being
 * applied. An entry is of a file, or what a payments block answered of a payment in a message that
 * was instructed.
 */
export class BankMessagesCheck {
  readonly #files = new Map<string, Tally>();
  /** Received or released, and neither applied nor put in quarantine since. */
  readonly #underWay = new Set<string>();
  /** Messages that payments were instructed in. */
  readonly #instructed = new Set<string>();
  /** In quarantine for nothing but that a person handed it over. */
  readonly #handedOver = new Set<string>();
  #outcomes = 0;
  #breaks = 0;

  constructor(private readonly era = new Era()) {}

  add(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'PaymentAccepted':
      case 'PaymentSettled':
      case 'PaymentRejected':
      case 'PaymentReturned':
      case 'PaymentOutcomeUnknown':
        this.#outcomes += 1;
        return this.#requireFile(event, found);
      case 'PaymentBreakRecorded':
        this.#breaks += 1;
        return this.#requireFile(event, found);
      case 'PaymentBooked':
        return this.#requireFile(event, found);
      case 'PaymentInstructed':
      case 'PaymentReinstructed':
        this.#instructed.add(event.data.messageId);
        return;
      case 'BankEntryQuarantined':
        return this.#requireOrigin(event, found);
      case 'BankMessageReceived':
        this.#underWay.add(event.data.sha256);
        this.#files.set(event.data.sha256, { outcomes: this.#outcomes, breaks: this.#breaks });
        return;
      case 'BankMessageReleased':
        this.#underWay.add(event.data.sha256);
        if (!this.#handedOver.delete(event.data.sha256) && event.meta.role === 'payment-system')
          found('I4', 'a file in which something was found is released by a payment system');
        return;
      case 'BankMessageQuarantined':
        this.#underWay.delete(event.data.sha256);
        if (event.data.code === 'HANDED_OVER_BY_PERSON') this.#handedOver.add(event.data.sha256);
        else this.#handedOver.delete(event.data.sha256);
        return;
      case 'BankMessageApplied':
        return this.#applied(event, found);
      default:
        return;
    }
  }

  /** Payment systems and the automation hand over more than files; a person hands over those. */
  #requireFile({ data, meta }: Said, found: Found): void {
    if (!this.era.isNew || OWN_WORD.has(data.source) || this.#underWay.size > 0) return;
    if (meta.role === 'payment-system' || meta.role === 'automation') return;
    found('I2', `a person's word under ${data.source}, and no file is being applied`);
  }

  #requireOrigin({ data, meta }: Recorded<'BankEntryQuarantined'>, found: Found): void {
    const { sha256, family, paymentId, messageId = '' } = data;
    if (family !== 'govstack') {
      if (sha256 === undefined) found('I2', `an entry under ${family}, and of no file`);
    } else if (sha256 !== undefined) found('I2', 'an answer of a payments block, and of a file');
    else if (meta.role !== 'payment-system') found('I2', 'an answer that no payments block gave');
    else if (paymentId === undefined || !this.#instructed.has(messageId))
      found('I2', 'an answer of a payments block about what was not instructed');
  }

  #applied({ data }: Recorded<'BankMessageApplied'>, found: Found): void {
    const { sha256, outcomes } = data;
    this.#underWay.delete(sha256);
    const { read, applied, unchanged, breaks, refused } = outcomes;
    if (applied + unchanged + breaks + refused !== read)
      found('I2', `${read} read; ${applied + unchanged + breaks + refused} of them accounted for`);
    const file = this.#files.get(sha256);
    if (!file) return;
    this.#files.delete(sha256);
    for (const [said, had, what] of [
      [applied, this.#outcomes - file.outcomes, 'applied'],
      [breaks, this.#breaks - file.breaks, 'breaks'],
    ] as const)
      if (said > had) found('I2', `${said} said to be ${what}; the log has ${had}`);
  }
}
