import type { ServerWrite, StreamAppender } from './append.js';
import { CallFailed } from './call-failed.js';
import type { Receipts } from './receipts.js';
import type { AppendResult, Receipt } from '../port.js';
import { StoreError } from '../../../kernel/errors.js';

export interface ServerGroup {
  readonly writes: readonly ServerWrite[];
  readonly receipt: Receipt | undefined;
}

/**
 * Groups over many streams, which EventStoreDB cannot write at once. In this order: the receipt's
 * key is reserved; every stream but the first is looked at, and one that moved refuses the group
 * before anything of it is written (the first is refused by its own append); the streams are
 * written in the order of the group, those left out that an earlier try wrote; the answer is kept.
 * A group that was interrupted is completed by the same group again. See
 * docs/decisions/0008-eventstoredb.md.
 */
export class Groups {
  /** @param last position of the log's last event */
  constructor(
    private readonly appender: StreamAppender,
    private readonly receipts: Receipts,
    private readonly last: () => Promise<number>,
  ) {}

  /** @throws StoreError OUTCOME_UNKNOWN when it is open how much of the group is written */
  async append({ writes, receipt }: ServerGroup): Promise<AppendResult> {
    try {
      for (const formerKey of receipt?.formerKeys ?? []) {
        const former = await this.receipts.taken(formerKey);
        if (former) return { kind: 'receipt-exists', receipt: former };
      }
      if (receipt && writes.length === 0) {
        const position = await this.last();
        const kept = await this.receipts.keep(receipt, position);
        return kept ? { kind: 'receipt-exists', receipt: kept } : { kind: 'appended', position };
      }
      const kept = receipt && (await this.receipts.reserve(receipt));
      if (kept) return { kind: 'receipt-exists', receipt: kept };
      const written = await this.#write(writes);
      if (written.kind === 'conflict' || !receipt) return written;
      const other = await this.receipts.answer(receipt, written.position);
      return other ? { kind: 'receipt-exists', receipt: other } : written;
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      throw new StoreError(
        'OUTCOME_UNKNOWN',
        `EventStoreDB did not answer (${error.message}), so that it is open how much of the request was written. Send the same request again.`,
      );
    }
  }

  async #write(
    writes: readonly ServerWrite[],
  ): Promise<Exclude<AppendResult, { readonly kind: 'receipt-exists' }>> {
    // The first is written first, and by itself tells whether it moved.
    const standings = await Promise.all(
      writes.map((write, index) =>
        index === 0 && write.events.length > 0 ? undefined : this.appender.standing(write),
      ),
    );
    let position = -1;
    for (const [index, standing] of standings.entries()) {
      if (!standing) continue;
      const { stream, expected } = writes[index]!;
      if (standing.kind === 'moved')
        return {
          kind: 'conflict',
          stream,
          expected: expected < 0 ? 'no-stream' : expected,
          actual: standing.actual,
        };
      if (standing.kind === 'there') position = Math.max(position, standing.position);
    }
    let wrote = false;
    for (const [index, write] of writes.entries()) {
      if (standings[index]?.kind === 'there' || write.events.length === 0) continue;
      const outcome = await this.appender.append(write);
      const { stream, expected } = write;
      if (outcome.kind === 'conflict')
        return {
          kind: 'conflict',
          stream,
          expected: expected < 0 ? 'no-stream' : expected,
          actual: outcome.actual,
        };
      position = Math.max(position, outcome.position);
      wrote ||= outcome.kind === 'appended';
    }
    // A group without an event only asks where its streams are.
    if (position < 0) return { kind: 'appended', position: await this.last() };
    return { kind: wrote ? 'appended' : 'duplicate', position };
  }
}
