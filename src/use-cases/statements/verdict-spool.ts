import type { Scratch } from '../../adapters/message-archive/port.js';
import type { NumberedEntry } from '../../adapters/payment-rail/iso20022/incoming/port.js';
import type { Verdict } from './bank-verdict.rule.js';

export type Saying = Exclude<Verdict, { readonly kind: 'ignored' }>;

/** One entry of a file that says something. */
export interface Spooled {
  /** 0-based among the file's entries. */
  readonly number: number;
  /** 0-based among the file's messages. */
  readonly message: number;
  readonly verdict: Saying;
  /** The entry itself; parsed only where a person is to see it. */
  entry(): NumberedEntry;
  /** Of a booking: the numbers of its entry (Ntry) and its statement in the file. */
  readonly booked?: { readonly entry: number; readonly statement: number };
}

/**
 * Keeps what the reading of a file found until the file is known to be whole, because an entry is
 * small and quick to read again and its XML is neither. A line an entry: numbers, verdict and
 * entry, these two as JSON, which has no tabs or line ends of its own.
 */
export class VerdictSpool {
  #pending: string[] = [];

  constructor(private readonly scratch: Scratch) {}

  add(number: number, verdict: Saying, entry: NumberedEntry): void {
    const booked = entry.kind === 'booking' ? `${entry.entry} ${entry.statement}` : '';
    this.#pending.push(
      `${number} ${entry.message ?? 0}\t${booked}\t${JSON.stringify(verdict)}\t${JSON.stringify(entry)}\n`,
    );
  }

  /** To be called after some hundred entries. @throws ArchiveError */
  async flush(): Promise<void> {
    const text = this.#pending.join('');
    this.#pending = [];
    if (text !== '') await this.scratch.write(text);
  }

  /** Drops what was added since the last flush. */
  forget(): void {
    this.#pending = [];
  }

  /** In the order added, a few hundred at a time. @throws ArchiveError */
  async *batches(): AsyncGenerator<readonly Spooled[]> {
    for await (const lines of this.scratch.lines()) yield lines.map(spooled);
  }
}

function spooled(line: string): Spooled {
  const first = line.indexOf('\t');
  const second = line.indexOf('\t', first + 1);
  const third = line.indexOf('\t', second + 1);
  const numbers = numbersIn(line.slice(0, first));
  const booked = line.slice(first + 1, second);
  const verdict: Saying = JSON.parse(line.slice(second + 1, third));
  return {
    number: numbers.first,
    message: numbers.second,
    verdict,
    entry: (): NumberedEntry => JSON.parse(line.slice(third + 1)),
    ...(booked === '' ? {} : { booked: bookedIn(booked) }),
  };
}

function bookedIn(text: string): NonNullable<Spooled['booked']> {
  const { first, second } = numbersIn(text);
  return { entry: first, statement: second };
}

function numbersIn(text: string): { readonly first: number; readonly second: number } {
  const space = text.indexOf(' ');
  return { first: Number(text.slice(0, space)), second: Number(text.slice(space + 1)) };
}
