import type { Recorded } from '../kernel/decider.js';
import type { Found } from './report.js';

type Resolved = Recorded<'PaymentBreakResolved'>;

/**
 * I2 for what comes back in parts: where another attempt has settled or was rejected, another part
 * of one that came back before lowers what was kept, and moves nothing.
 */
export class FurtherParts {
  /** Streams and attempts that came back in part. */
  readonly #inPart = new Set<string>();

  /** Counted as come back. */
  cameBack({ data }: Resolved, attempt: number | undefined, stream: number): void {
    if (data.returnedMinor !== undefined) this.#inPart.add(`${stream} ${attempt}`);
  }

  /**
   * Before version 4 no event says that it is one: then it is while another attempt has settled.
   * @param other what became of another attempt than the event's, where it has an outcome
   */
  isOne(
    { v, data }: Resolved,
    attempt: number | undefined,
    stream: number,
    other: 'settled' | 'rejected' | undefined,
    found: Found,
  ): boolean {
    const is = other !== undefined && this.#inPart.has(`${stream} ${attempt}`);
    if (v < 4) return is && other === 'settled';
    const isSaid = data.furtherPart === true;
    if (isSaid !== is)
      found('I2', `${isSaid ? 'said' : 'not said'} to be a further part of attempt ${attempt}`);
    return is;
  }
}
