import { EventRegistry } from '../../events/registry.js';
import type { EventType } from '../../events/generated.js';
import type { Draft, Recorded, Role } from '../../src/kernel/decider.js';
import { eventId, uuidOf } from '../../src/kernel/ids.js';

const VERSIONS = new EventRegistry();
const PERSONS = {
  intake: 'clerk-1',
  'case-officer': 'officer-1',
  supervisor: 'chief-1',
  'finance-officer': 'finance-1',
  'finance-controller': 'control-1',
  'programme-manager': 'manager-1',
} as const;

/**
 * Records drafts as a log would: positions without a gap, revisions by stream, a second between
 * two.
 */
export class HistoryBuilder {
  readonly events: Recorded[] = [];
  readonly #revisions = new Map<string, number>();

  record<T extends EventType>(stream: string, role: Role, draft: Draft<T>): void {
    const revision = (this.#revisions.get(stream) ?? -1) + 1;
    this.#revisions.set(stream, revision);
    const position = this.events.length;
    const actor = role in PERSONS ? PERSONS[role as keyof typeof PERSONS] : role;
    const event = {
      id: eventId(uuidOf('history', position), 0),
      stream,
      revision,
      type: draft.type,
      v: VERSIONS.latestVersion(draft.type),
      time: new Date(Date.UTC(2026, 0, 5, 8) + position * 1_000).toISOString(),
      data: draft.data,
      meta: {
        actor,
        role,
        command: uuidOf('history', position),
        correlation: uuidOf('correlation', position >> 3),
      },
      position,
    };
    this.events.push(event as Recorded);
  }
}
