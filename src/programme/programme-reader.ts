import type { EventStore } from '../adapters/event-store/port.js';
import { streams } from '../kernel/ids.js';
import type { ProgrammePolicies, ProgrammeReader } from '../write-side/readers.js';
import { PolicyReader } from './policy-reader.js';

/**
 * Programmes with their compiled policies. What was read is kept, but never trusted unseen: other
 * processes write programmes too, so each question looks whether the stream went on since, and
 * reads it again where it did. That look is for one event that is hardly ever there; a policy is
 * compiled once, whatever else changes.
 */
export class CachedProgrammeReader implements ProgrammeReader {
  readonly #policies: PolicyReader;
  readonly #known = new Map<string, ProgrammePolicies>();

  constructor(private readonly store: EventStore) {
    this.#policies = new PolicyReader(store);
  }

  /** @throws DomainError PROGRAMME_NOT_FOUND */
  async of(programmeId: string): Promise<ProgrammePolicies> {
    const known = this.#known.get(programmeId);
    if (known && !(await this.#wentOn(known))) return known;
    const read = await this.#policies.programme(programmeId);
    const kept = this.#known.get(programmeId);
    // Of two that read at once, what is kept is the later.
    if (!kept || kept.revision < read.revision) this.#known.set(programmeId, read);
    return read;
  }

  async #wentOn({ programmeId, revision }: ProgrammePolicies): Promise<boolean> {
    const since = await this.store.readStream(streams.programme(programmeId), {
      from: revision + 1,
      limit: 1,
    });
    return since.length > 0;
  }
}
