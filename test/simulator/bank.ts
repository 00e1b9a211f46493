import { hash } from 'node:crypto';
import {
  RailError,
  type Instruction,
  type MessageHead,
  type MessageOutline,
  type MessageWriter,
  type PaymentRail,
  type WrittenFile,
} from '../../src/adapters/payment-rail/port.js';
import type { Owner, Scheduler } from './scheduler.js';

/** One instruction at the bank, and what really became of it. */
export interface Transfer {
  readonly paymentId: string;
  readonly attempt: number;
  readonly endToEndId: string;
  readonly amountMinor: bigint;
  readonly messageId: string;
  readonly account: string;
  fate: 'waiting' | 'paid' | 'rejected';
  /** The day on which it was paid, and the one on which it came back; '' for none. */
  paidOn: string;
  backOn: string;
  /** The whole of it came back. */
  isBack: boolean;
  /** The bank said that it failed before anything else was instructed for the payment. */
  saidFailed: boolean;
}

/**
 * The bank: what reaches it by a file it executes once, by the file's id, whatever comes again;
 * what it says of that is another matter.
 */
export class Bank {
  readonly transfers: Transfer[];
  readonly #messages: Map<string, string>;

  constructor(
    transfers: readonly Transfer[] = [],
    messages: readonly (readonly [string, string])[] = [],
  ) {
    this.transfers = [...transfers];
    this.#messages = new Map(messages);
  }

  /** What was handed in, by the file's id. */
  get messages(): readonly (readonly [string, string])[] {
    return [...this.#messages];
  }

  /** Money that is with the payee now, by payment. */
  arrivedMinor(paymentId: string): bigint {
    return this.transfers.reduce(
      (sum, { paymentId: id, fate, isBack, amountMinor }) =>
        id === paymentId && fate === 'paid' && !isBack ? sum + amountMinor : sum,
      0n,
    );
  }

  receive(outline: MessageOutline, instructions: readonly Instruction[]): WrittenFile {
    const { messageId } = outline;
    const content = JSON.stringify([outline, instructions], (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    const known = this.#messages.get(messageId);
    if (known !== undefined && known !== content)
      throw new RailError('MESSAGE_DIFFERS', `${messageId} was written with other content.`);
    if (known === undefined) this.#take(messageId, instructions);
    this.#messages.set(messageId, content);
    const totalMinor = instructions.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    return {
      name: `${messageId}.xml`,
      messageId,
      sha256: hash('sha256', content, 'hex'),
      count: instructions.length,
      totalMinor: String(totalMinor),
    };
  }

  #take(messageId: string, instructions: readonly Instruction[]): void {
    for (const { paymentId, attempt, endToEndId, amountMinor, payee } of instructions)
      this.transfers.push({
        paymentId,
        attempt,
        endToEndId,
        amountMinor,
        messageId,
        account: payee.account,
        fate: 'waiting',
        paidOn: '',
        backOn: '',
        isBack: false,
        saidFailed: false,
      });
  }
}

/** The way to the bank from one process: a file is there whole, or not at all. */
export function simulatedRail(scheduler: Scheduler, owner: Owner, bank: Bank): PaymentRail {
  const hand = (
    outline: MessageOutline,
    instructions: readonly Instruction[],
  ): Promise<WrittenFile> =>
    scheduler.call(owner, `hand ${outline.messageId} to the bank`, () =>
      bank.receive(outline, instructions),
    );
  return {
    async write({ count: _count, totalMinor: _total, ...outline }: MessageHead, pieces) {
      const instructions: Instruction[] = [];
      for await (const piece of pieces) instructions.push(...piece);
      return hand(outline, instructions);
    },
    async begin(outline): Promise<MessageWriter> {
      const instructions: Instruction[] = [];
      let isOver = false;
      return {
        async add(more) {
          instructions.push(...more);
        },
        async finish() {
          if (isOver || instructions.length === 0) return undefined;
          isOver = true;
          return hand(outline, instructions);
        },
        async abandon() {
          isOver = true;
        },
      };
    },
  };
}
