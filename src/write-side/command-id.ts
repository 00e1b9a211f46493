import type { Recorded } from '../kernel/decider.js';
import { uuidOf } from '../kernel/ids.js';
import type { Part, Unit } from './unit.js';

/**
 * How far back an earlier try is looked for. Further back, whatever it left half done was seen to
 * by people since.
 */
const REVISIONS_BACK = 1_000;

const revisionOf = (events: readonly Recorded[]): number => events.at(-1)?.revision ?? -1;

/**
 * The ids that a unit's command may have. Where its caller named it by an id, that one. Elsewhere
 * it is a function of what is done (the verb), to what (the key), with which content (the commands
 * as they were given) and of the revision that the stream written last was seen at: the same step
 * again is the same command, and the same words after the stream went on are another.
 */
export class CommandIds {
  #content: string | undefined;
  /** Ids under which this very call has tried already, and may have written a part. */
  readonly #tried = new Set<string>();

  constructor(private readonly unit: Unit) {}

  /** @param last the part that is written last, and its stream's revision as it was read */
  of(last: Part, events: readonly Recorded[]): string {
    const id = this.#at(last, revisionOf(events));
    this.#tried.add(id);
    return id;
  }

  /** Whether this very call tried before, so that what is there under its id is its own. */
  get hasTried(): boolean {
    return this.#tried.size > 0;
  }

  /**
   * The id under which an earlier try of the same unit wrote some of its streams and not the last,
   * where there was one. For stores whose groups are not atomic: what it wrote is done, and
   * deciding it again would be deciding on its own outcome.
   * @param order indices of the parts in the order in which they are written
   */
  underWay(order: readonly number[], loaded: readonly (readonly Recorded[])[]): string | undefined {
    const { unit } = this;
    if ('commandId' in unit) return unit.commandId;
    for (const id of this.#tried) if (loaded.some((events) => hasCommand(events, id))) return id;
    for (let i = order.length - 1; i > 0; i -= 1) {
      const last = order[i]!;
      const before = order.slice(0, i).map((index) => loaded[index]!);
      const id = this.#unfinished(unit.parts[last]!, loaded[last]!, before);
      if (id !== undefined) return id;
    }
    return undefined;
  }

  #unfinished(
    last: Part,
    events: readonly Recorded[],
    before: readonly (readonly Recorded[])[],
  ): string | undefined {
    if (before.every((written) => written.length === 0)) return undefined;
    const revision = revisionOf(events);
    const now = this.#at(last, revision);
    if (before.some((written) => hasCommand(written, now))) return now;
    // The last stream went on since, for others. Where one written before it still ends with that
    // try, nothing else came between; where it went on too, this is another turn of events and no
    // try of then is finished by it.
    const ends = new Set(before.map((written) => written.at(-1)?.meta.command));
    for (let at = revision - 1; at >= -1 && at >= revision - REVISIONS_BACK; at -= 1) {
      const then = this.#at(last, at);
      if (ends.has(then) && !hasCommand(events, then)) return then;
    }
    return undefined;
  }

  #at(last: Part, revision: number): string {
    const { unit } = this;
    if ('commandId' in unit) return unit.commandId;
    this.#content ??= contentOf(unit.parts);
    return uuidOf(unit.verb, unit.key, this.#content, last.stream, revision);
  }
}

export const hasCommand = (events: readonly Recorded[], commandId: string): boolean =>
  events.some((event) => event.meta.command === commandId);

/** What a unit's parts ask for, as one text; it needs no hash of its own, the id is one. */
const contentOf = (parts: readonly Part[]): string =>
  parts
    .filter(({ unnamed }) => unnamed !== true)
    .map(({ stream, content }) => `${stream} ${spelled(content)}`)
    .join('\n');

/**
 * Commands in one spelling, another for each content: keys sorted and quoted, amounts in digits. Of
 * a command that is made from the folded state it is what was asked for; the revision stands for
 * that state. Every payment of a cycle comes through here, twice.
 */
function spelled(value: unknown): string {
  if (typeof value === 'function') return 'from-state';
  if (typeof value === 'bigint') return `${value}n`;
  if (value === undefined) return 'undefined';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${spelled(item)},`;
    return `[${text}]`;
  }
  const record = value as Readonly<Record<string, unknown>>;
  for (const key of Object.keys(record).sort()) {
    const field = record[key];
    if (field !== undefined) text += `${JSON.stringify(key)}:${spelled(field)},`;
  }
  return `{${text}}`;
}
