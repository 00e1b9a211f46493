import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment } from '../kernel/ids.js';
import { Era } from './era.js';
import type { Found } from './report.js';

type File = EventData['CycleInstructed']['files'][number];
interface Message {
  count: number;
  minor: bigint;
  /** Of the cycle's own instruction. */
  readonly isFirst: boolean;
  /** Whether an older version instructed any of it, or the job of one. */
  isOlder: boolean;
}

/** What others of the audit know of payments. */
interface Known {
  /** The messages that it was instructed in. */
  messagesOf(paymentId: string): readonly string[];
  /** In minor units. */
  amountOf(paymentId: string): bigint;
}

/** So many files an event names; of the others of a cycle further ones do. */
const MANY_FILES = 2_000;

/**
 * I6 for the files that a bank is given: each is of a message under which payments were instructed,
 * and of all of them but those of who was erased since, and by the end of a cycle each message has
 * one; and a cycle's own payments are instructed for the day of its release. An entry a message
 * whose file is not recorded yet, and one an erased person.
 */
export class FilesCheck {
  /** By cycle and message. */
  readonly #messages = new Map<string, Map<string, Message>>();
  readonly #days = new Map<string, string>();
  readonly #erased: string[] = [];

  constructor(
    private readonly known: Known,
    private readonly era = new Era(),
  ) {}

  add(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'CycleReleased':
        this.#days.set(event.data.cycleId, event.data.executionDate);
        return;
      case 'PaymentInstructed':
        this.#requireDay(event.data, found);
        return this.#instructed(event, true);
      case 'PaymentReinstructed':
        return this.#instructed(event, false);
      case 'CycleInstructed':
        this.#days.delete(event.data.cycleId);
        return this.#cycleInstructed(event.data, found);
      case 'CycleReinstructed':
        for (const file of event.data.files) this.#written(event.data.cycleId, file, false, found);
        return;
      case 'CycleClosed':
        return this.#requireFiles(event.data.cycleId, () => true, found);
      case 'PersonErased':
        this.#erased.push(event.data.personId);
        return;
      default:
        return;
    }
  }

  /** What was left out then is instructed later, for a day of its own. */
  #requireDay({ paymentId, executionDate }: EventData['PaymentInstructed'], found: Found): void {
    const day = this.#days.get(cycleOfPayment(paymentId));
    if (day !== undefined && day !== executionDate)
      found('I6', `instructed for ${executionDate}; released for ${day}`);
  }

  #instructed(
    { data, meta }: Recorded<'PaymentInstructed' | 'PaymentReinstructed'>,
    isFirst: boolean,
  ): void {
    const { paymentId, messageId, amountMinor } = data;
    const cycleId = cycleOfPayment(paymentId);
    const messages = this.#messages.get(cycleId) ?? new Map<string, Message>();
    const message = messages.get(messageId) ?? { count: 0, minor: 0n, isFirst, isOlder: false };
    message.count += 1;
    message.minor += BigInt(amountMinor);
    message.isOlder ||= meta.channel === undefined && !this.era.saysChannels;
    messages.set(messageId, message);
    this.#messages.set(cycleId, messages);
  }

  /** Payments of who was erased since are instructed, and in no file. */
  #cycleInstructed({ cycleId, count, files }: EventData['CycleInstructed'], found: Found): void {
    const written = files.reduce((sum, file) => sum + file.count, 0);
    for (const file of files) this.#written(cycleId, file, written === count, found);
    if (files.length < MANY_FILES) this.#requireFiles(cycleId, ({ isFirst }) => isFirst, found);
  }

  /** Each message has a file by now. */
  #requireFiles(cycleId: string, is: (message: Message) => boolean, found: Found): void {
    for (const [messageId, message] of this.#messages.get(cycleId) ?? [])
      if (is(message) && !this.#isOfErased(cycleId, messageId, message))
        found('I6', `${message.count} payments were instructed under ${messageId}, of no file`);
  }

  /**
   * Whether what a file leaves out is of who was erased since. Of what an older version instructed
   * it may also be what no file can hold.
   */
  #isOfErased(
    cycleId: string,
    messageId: string,
    { count, minor, isOlder }: Omit<Message, 'isFirst'>,
  ): boolean {
    if (isOlder) return true;
    let left = 0;
    let leftMinor = 0n;
    for (const personId of this.#erased) {
      const paymentId = `${cycleId}-${personId}`;
      if (!this.known.messagesOf(paymentId).includes(messageId)) continue;
      left += 1;
      leftMinor += this.known.amountOf(paymentId);
    }
    return count <= left && minor <= leftMinor;
  }

  #written(cycleId: string, file: File, isWhole: boolean, found: Found): void {
    const { messageId, count, totalMinor } = file;
    const message = this.#messages.get(cycleId)?.get(messageId);
    if (!message) return found('I6', `a file of ${messageId}, under which nothing was instructed`);
    this.#messages.get(cycleId)?.delete(messageId);
    const minor = BigInt(totalMinor);
    const { isOlder } = message;
    const left = { count: message.count - count, minor: message.minor - minor, isOlder };
    const isAll = left.count === 0 && left.minor === 0n;
    const isLess = left.count > 0 && left.minor > 0n && !isWhole;
    if (!isAll && !(isLess && this.#isOfErased(cycleId, messageId, left)))
      found(
        'I6',
        `a file of ${count} payments of ${totalMinor}; ${message.count} of ${message.minor} were instructed under ${messageId}`,
      );
  }
}
