import type { EventRegistry } from '../../../../events/registry.js';
import { StoreError } from '../../../kernel/errors.js';
import type { Recorded } from '../../../kernel/decider.js';
import { MAX_PAGE, type Page } from '../port.js';
import type { ReadAhead } from '../read-ahead.js';
import { recordedOf, recordedOfText, type ReadingOf } from '../stored-line.js';
import type { ReadClient } from './read-client.js';

/** A log's pages in commit order; long walks are read ahead. */
export class LogPages {
  constructor(
    private readonly reads: ReadClient,
    private readonly ahead: ReadAhead,
    private readonly registry: EventRegistry,
    private readonly how: ReadingOf = {},
  ) {}

  /** As EventStore. */
  async readAll(after: number, limit: number): Promise<Page> {
    const size = Math.min(Math.max(limit, 1), MAX_PAGE);
    const ahead = await this.ahead.take(after, size);
    if (ahead) {
      this.ahead.walked(after, size, after + ahead.count);
      const events = this.#recordedOfText(ahead.text, after + 1);
      if (events) return { events, next: after + ahead.count, end: false };
    }
    const { rows, end } = await this.reads.call('page', { after, limit: size });
    const missing = rows.positions.findIndex((position, index) => position !== after + 1 + index);
    if (missing >= 0)
      throw new StoreError(
        'LOG_CORRUPT',
        `The event at position ${after + 1 + missing} is missing. The log was left as it is; restore it from a backup.`,
      );
    const next = after + rows.lines.length;
    if (!end && !ahead) this.ahead.walked(after, size, next);
    return { events: recordedOf(this.registry, rows, this.how), next, end };
  }

  /** Undefined where the page is not JSON, or not exact: row by row, it tells which event it is. */
  #recordedOfText(text: string, first: number): Recorded[] | undefined {
    try {
      return recordedOfText(this.registry, text, first, this.how);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.ahead.close();
  }
}
