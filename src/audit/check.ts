import type { Recorded } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { partsOfPayment } from '../kernel/ids.js';
import { BankMessagesCheck } from './bank-messages-check.js';
import { BreaksCheck } from './breaks-check.js';
import { CommandsCheck } from './commands-check.js';
import { CorrectionsCheck } from './corrections-check.js';
import { CycleOrderCheck } from './cycle-order-check.js';
import { DeterminationCheck } from './determination-check.js';
import { DoubtedArrearsCheck, type Positions } from './doubted-arrears-check.js';
import { EntriesCheck } from './entries-check.js';
import { EntitlementCheck } from './entitlement-check.js';
import { Era } from './era.js';
import { FilesCheck } from './files-check.js';
import { HeldAccountsCheck } from './held-accounts-check.js';
import { InstructionsCheck } from './instructions-check.js';
import { KeyTable } from './key-table.js';
import { MoneyCheck } from './money-check.js';
import { BookingsCheck } from './bookings-check.js';
import { NamesCheck } from './names-check.js';
import { OutcomeCheck } from './outcome-check.js';
import { paidBefore, PaidInDoubtCheck } from './paid-in-doubt-check.js';
import { PersonsCheck } from './persons-check.js';
import { ProgrammeTermsCheck } from './programme-terms-check.js';
import { compiledOf, PublishedPolicies } from './published-policies.js';
import type { AuditReport, Found, Invariant, Violation } from './report.js';
import { ProposalsCheck } from './proposals-check.js';
import { checkRole } from './roles-check.js';
import { SegregationOfDutiesCheck } from './segregation-of-duties-check.js';
import { SetsCheck } from './sets-check.js';
import { StreamOrderCheck } from './stream-order-check.js';
import { TimesCheck } from './times-check.js';
import { SaidByCheck } from './said-by-check.js';
import { TwoPeopleCheck } from './two-people-check.js';
import { UniquenessCheck } from './uniqueness-check.js';
import { VersionsCheck } from './versions-check.js';

export type { AuditReport } from './report.js';

const MAX_VIOLATIONS = 1_000;

export interface AuditCheck {
  /** The events of the whole log, in commit order. */
  add(event: Recorded): void;
  finish(): AuditReport;
}

/**
 * Proves I1 to I8 over a log from its events alone: it keeps books of its own and asks no read
 * model. It trusts the schemas and the shape of events (held against them when they are read)
 * and the arithmetic of policies, nothing else.
 */
export function createAuditCheck({
  positionGaps = false,
}: {
  /** Positions only grow, as in EventStoreDB. */ readonly positionGaps?: boolean | undefined;
} = {}): AuditCheck {
  return new Check(positionGaps);
}

type Part = readonly [
  invariant: Invariant,
  judge: (event: Recorded, stream: number, found: Found) => void,
];
type FoundAtEnd = (invariant: Invariant, detail: string, stream: string) => void;

/** Our own refusals carry nothing personal; what else says may quote what it met. */
const kindOf = (error: unknown): string => {
  if (error instanceof DomainError) return `${error.code}: ${error.detail}`;
  return error instanceof Error ? error.name : 'unknown';
};

class Check implements AuditCheck {
  readonly #violations: Violation[] = [];
  #violationCount = 0;
  #events = 0;
  #last = -1;
  readonly #streams = new KeyTable();
  readonly #ids = new KeyTable();
  #revisions = new Int32Array(1 << 12).fill(-1);
  readonly #era = new Era();
  readonly #policies = new PublishedPolicies();
  readonly #times = new TimesCheck(this.#era);
  readonly #versions = new VersionsCheck();
  readonly #commands: CommandsCheck;
  readonly #order = new StreamOrderCheck();
  readonly #names = new NamesCheck();
  readonly #uniqueness = new UniquenessCheck();
  readonly #persons = new PersonsCheck(
    {
      numberOf: (stream) => this.#streams.find(stream),
      isRegistered: (stream) => this.#order.isRegistered(stream),
      isEnrolled: (stream) => this.#order.isEnrolled(stream),
    },
    this.#era,
  );
  readonly #determinations = new DeterminationCheck(
    this.#policies,
    (personId) => this.#uniqueness.earlierOf(personId),
    this.#era,
  );
  readonly #terms = new ProgrammeTermsCheck(this.#policies, this.#era);
  readonly #duties = new SegregationOfDutiesCheck(this.#era);
  readonly #twoPeople = new TwoPeopleCheck(this.#era);
  readonly #saidBy = new SaidByCheck();
  readonly #proposals = new ProposalsCheck(this.#era);
  readonly #heldAccounts = new HeldAccountsCheck(this.#era);
  readonly #cycles = new CycleOrderCheck();
  readonly #money = new MoneyCheck(this.#era, { earliest: () => this.#asOf.earliest() });
  readonly #instructions = new InstructionsCheck(this.#era);
  readonly #outcomes = new OutcomeCheck(this.#era);
  readonly #breaks = new BreaksCheck(this.#money.table, this.#era);
  readonly #bookings = new BookingsCheck();
  readonly #entries = new EntriesCheck(this.#era);
  readonly #files = new FilesCheck(
    {
      messagesOf: (paymentId) =>
        this.#entries.messages.of(this.#streams.find(`payment-${paymentId}`)),
      amountOf: (paymentId) => this.#money.table.amount(this.#streams.find(`payment-${paymentId}`)),
    },
    this.#era,
  );
  readonly #messages = new BankMessagesCheck(this.#era);
  readonly #sets = new SetsCheck();
  readonly #entitlements = new EntitlementCheck(
    this.#policies,
    {
      earlierOf: (personId) => this.#uniqueness.earlierOf(personId),
      isSent: (paymentId) => this.#money.isSent(this.#streams.find(`payment-${paymentId}`)),
      isInDoubt: (paymentId, asOf) => this.#money.doubted.isInDoubt(paymentId, asOf),
      stands: (paymentId, asOf) =>
        this.#money.stands(paymentId, this.#streams.find(`payment-${paymentId}`), asOf),
    },
    this.#era,
  );
  readonly #corrections = new CorrectionsCheck();
  readonly #doubtedArrears = new DoubtedArrearsCheck();
  readonly #asOf = {
    payment: (paymentId: string): number => this.#money.asOfOf(paymentId),
    correction: (correctionId: string): number => this.#corrections.asOfOf(correctionId),
    earliest: (): number => Math.min(this.#money.earliestAsOf, this.#corrections.earliestAsOf),
  };
  readonly #isPaid = (paymentId: string): boolean =>
    this.#money.isPaid(this.#streams.find(`payment-${paymentId}`));

  readonly #behindArrears = {
    cyclesPaying: (household: string, month: string, asOf: number) =>
      this.#entitlements.cyclesPaying(household, month, asOf),
    isInDoubt: (paymentId: string, asOf: number) => this.#money.doubted.isInDoubt(paymentId, asOf),
    hasArrived: (paymentId: string, positions: Positions) =>
      this.#money.doubted.hasArrived(paymentId, positions),
  };

  readonly #paidInDoubt = new PaidInDoubtCheck(
    {
      carriedBy: (paymentId, looked) =>
        this.#doubtedArrears.carriedBy(paymentId, looked, this.#behindArrears),
      earlierOf: (paymentId, asOf) => this.#paidBefore(paymentId, asOf),
      hasArrived: (paymentId, positions) => this.#behindArrears.hasArrived(paymentId, positions),
      isInDoubt: (paymentId, looked) => this.#money.doubted.isInDoubtAllThe(paymentId, looked),
      isLost: (paymentId, looked) => this.#money.doubted.isLost(paymentId, looked),
      isPaid: (paymentId, looked) => this.#money.doubted.isPaid(paymentId, looked),
      isNamed: (paymentId, before) =>
        this.#entries.isNamed(paymentId, this.#streams.find(`payment-${paymentId}`), before),
      clearersOf: (paymentId, before) =>
        this.#entries.clearersOf(paymentId, this.#streams.find(`payment-${paymentId}`), before),
    },
    this.#era,
  );

  constructor(private readonly positionGaps: boolean) {
    // Where positions have gaps, the parts of a command are written one by one.
    this.#commands = new CommandsCheck(!positionGaps);
  }

  /** In this order: a part may ask those before it. Each with the invariant that it proves most. */
  readonly #parts: readonly Part[] = [
    ['I8', (event, _, found) => this.#commands.add(event, found)],
    ['I8', (event, _, found) => this.#versions.add(event, found)],
    ['I8', (event, stream, found) => this.#order.add(event, stream, found)],
    [
      'I5',
      (event, _, found) => {
        if (event.type !== 'PolicyPublished') return;
        this.#policies.add(event, found);
        // Nobody needs to have been judged by it for it to be found.
        compiledOf(event.data.policy);
      },
    ],
    ['I8', (event, _, found) => this.#names.add(event, found)],
    ['I1', (event, stream, found) => this.#uniqueness.add(event, stream, found)],
    ['I1', (event, stream, found) => this.#persons.add(event, stream, found)],
    ['I5', (event, _, found) => this.#determinations.add(event, found)],
    ['I5', (event, _, found) => this.#terms.add(event, found)],
    ['I4', (event, _, found) => checkRole(event, this.#era, found)],
    ['I4', (event, _, found) => this.#duties.add(event, found)],
    ['I4', (event, _, found) => this.#twoPeople.add(event, found)],
    ['I4', (event, _, found) => this.#saidBy.add(event, found)],
    ['I4', (event, _, found) => this.#proposals.add(event, found)],
    ['I4', (event, _, found) => this.#heldAccounts.add(event, found)],
    ['I5', (event, _, found) => this.#entitlements.add(event, this.#asOf, found)],
    ['I5', (event, _, found) => this.#corrections.add(event, this.#isPaid, found)],
    [
      'I2',
      (event, _, found) => this.#doubtedArrears.add(event, this.#asOf, this.#behindArrears, found),
    ],
    ['I2', (event, _, found) => this.#paidInDoubt.add(event, found)],
    ['I6', (event, _, found) => this.#cycles.add(event, found)],
    ['I6', (event, stream, found) => this.#money.add(event, stream, found)],
    ['I2', (event, stream, found) => this.#instructions.add(event, stream, found)],
    ['I2', (event, stream, found) => this.#outcomes.add(event, stream, found)],
    ['I2', (event, stream, found) => this.#breaks.add(event, stream, found)],
    ['I2', (event, stream, found) => this.#bookings.add(event, stream, found)],
    ['I2', (event, stream, found) => this.#entries.add(event, stream, found)],
    ['I6', (event, _, found) => this.#files.add(event, found)],
    ['I2', (event, _, found) => this.#messages.add(event, found)],
    ['I6', (event, _, found) => this.#sets.add(event, found)],
  ];

  add(event: Recorded): void {
    const found = (invariant: Invariant, detail: string): void =>
      this.#found(invariant, event.stream, event.position, detail);
    this.#era.add(event);
    const stream = this.#place(event, found);
    for (const [invariant, judge] of this.#parts) {
      // One event that nobody can judge must not keep the others from being judged.
      try {
        judge(event, stream, found);
      } catch (error) {
        found(invariant, `it cannot be judged (${kindOf(error)})`);
      }
    }
  }

  finish(): AuditReport {
    const found: FoundAtEnd = (invariant, detail, stream) =>
      this.#found(invariant, stream, this.#last, detail);
    const ends: readonly (readonly [Invariant, () => void])[] = [
      ['I6', () => this.#money.finish(found)],
      ['I5', () => this.#corrections.finish(found)],
      ['I5', () => this.#determinations.finish(found)],
      ['I4', () => this.#twoPeople.finish((detail, stream) => found('I4', detail, stream))],
    ];
    for (const [invariant, end] of ends) {
      try {
        end();
      } catch (error) {
        found(invariant, `what is left at its end cannot be judged (${kindOf(error)})`, 'the log');
      }
    }
    return {
      events: this.#events,
      violations: this.#violations,
      violationCount: this.#violationCount,
    };
  }

  /** Payments of earlier cycles to the same identity that paid months before a payment's own. */
  #paidBefore(paymentId: string, asOf: number): readonly string[] {
    const { programmeId, personId, period } = partsOfPayment(paymentId);
    const months = this.#entitlements.earlierMonths(`${programmeId}-${personId}`, period);
    if (months.length === 0) return [];
    const holders = [personId, ...this.#uniqueness.earlierOf(personId)];
    return paidBefore(paymentId, months, holders, (household, month) =>
      this.#entitlements.cyclesPaying(household, month, asOf),
    );
  }

  /** I8. Returns the dense number of the stream. */
  #place(event: Recorded, found: (invariant: Invariant, detail: string) => void): number {
    if (this.positionGaps ? event.position <= this.#last : event.position !== this.#last + 1)
      found('I8', `position ${event.position} follows ${this.#last}`);
    this.#last = event.position;
    this.#events += 1;
    const stream = this.#streams.add(event.stream);
    if (stream >= this.#revisions.length) {
      const grown = new Int32Array(this.#revisions.length * 2).fill(-1);
      grown.set(this.#revisions);
      this.#revisions = grown;
    }
    if (event.revision !== this.#revisions[stream]! + 1)
      found('I8', `revision ${event.revision} follows ${this.#revisions[stream]}`);
    this.#revisions[stream] = event.revision;
    const { causation } = event.meta;
    const cause = causation === undefined ? -1 : this.#ids.find(causation);
    if (causation !== undefined && cause < 0) found('I8', 'its cause is not before it');
    const known = this.#ids.size;
    const index = this.#ids.add(event.id);
    if (index !== known) found('I8', `the event id ${event.id} occurs twice`);
    this.#times.add(event, index, stream, cause, found);
    this.#requireDismissed(event, found);
    return stream;
  }

  /** What is dismissed is an event of the log, of the stream that was named. */
  #requireDismissed(event: Recorded, found: (invariant: Invariant, detail: string) => void): void {
    if (event.type !== 'SetAsideDismissed') return;
    const { eventId, eventStream } = event.data;
    if (this.#ids.find(eventId) < 0 || this.#streams.find(eventStream) < 0)
      found('I8', 'an event is dismissed that is not before it');
  }

  #found(invariant: Invariant, stream: string, position: number, detail: string): void {
    this.#violationCount += 1;
    if (this.#violations.length < MAX_VIOLATIONS)
      this.#violations.push({ invariant, stream, position, detail });
  }
}
