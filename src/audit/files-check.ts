import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment } from '../kernel/ids.js';
import type { Found } from './report.js';

type File = EventData['CycleInstructed']['files'][number];
interface Message {
  count: number;
  minor: bigint;
}

/**
 * I6 for the files that a bank is given: each is of a message under which payments were instructed,
 * and of no more of them; and a cycle's own payments are instructed for the day of its release. An
 * entry a message whose file is not recorded yet.
 */
export class FilesCheck {
  readonly #messages = new Map<string, Message>();
  readonly #days = new Map<string, string>();

  add(event: Recorded, found: Found): void {
    switch (event.type) {
      case 'CycleReleased':
        this.#days.set(event.data.cycleId, event.data.executionDate);
        return;
      case 'PaymentInstructed':
        this.#requireDay(event.data, found);
        return this.#instructed(event.data);
      case 'PaymentReinstructed':
        return this.#instructed(event.data);
      case 'CycleInstructed':
        this.#days.delete(event.data.cycleId);
        return this.#cycleInstructed(event.data, found);
      case 'CycleReinstructed':
        for (const file of event.data.files) this.#written(event.data.cycleId, file, false, found);
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

  #instructed({ paymentId, messageId, amountMinor }: EventData['PaymentInstructed']): void {
    const key = `${cycleOfPayment(paymentId)} ${messageId}`;
    const message = this.#messages.get(key) ?? { count: 0, minor: 0n };
    message.count += 1;
    message.minor += BigInt(amountMinor);
    this.#messages.set(key, message);
  }

  /** Payments of who was erased since are instructed, and in no file. */
  #cycleInstructed({ cycleId, count, files }: EventData['CycleInstructed'], found: Found): void {
    const written = files.reduce((sum, file) => sum + file.count, 0);
    for (const file of files) this.#written(cycleId, file, written === count, found);
  }

  #written(cycleId: string, file: File, isWhole: boolean, found: Found): void {
    const { messageId, count, totalMinor } = file;
    const key = `${cycleId} ${messageId}`;
    const message = this.#messages.get(key);
    if (!message) return found('I6', `a file of ${messageId}, under which nothing was instructed`);
    this.#messages.delete(key);
    const minor = BigInt(totalMinor);
    const isMore = count > message.count || minor > message.minor;
    if (isMore || (isWhole && (count !== message.count || minor !== message.minor)))
      found(
        'I6',
        `a file of ${count} payments of ${totalMinor}; ${message.count} of ${message.minor} were instructed under ${messageId}`,
      );
  }
}
