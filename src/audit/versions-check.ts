import type { Recorded } from '../kernel/decider.js';
import type { Found } from './report.js';

/** While an upgrade goes on, older processes may write to other streams. */
const DAY_MS = 86_400_000;

interface Newest {
  readonly v: number;
  readonly since: number;
}

/** I8 for versions: an event is not of an older version than those of its type before it are. */
export class VersionsCheck {
  readonly #newest = new Map<string, Newest>();

  add({ type, v, time }: Recorded, found: Found): void {
    const newest = this.#newest.get(type);
    if (newest?.v === v) return;
    const at = Date.parse(time);
    if (!newest || v > newest.v) this.#newest.set(type, { v, since: at });
    else if (at > newest.since + DAY_MS)
      found('I8', `${type} of version ${v}, after version ${newest.v}`);
  }
}
