/** An event that a process manager could not act on; a person has to look at it. */
export interface SetAside {
  /** Of the event; with the manager's name it names the entry. */
  readonly eventId: string;
  readonly manager: string;
  readonly type: string;
  readonly stream: string;
  readonly position: number;
  /** Code and sentence where the failure has them, else its kind. Nothing personal. */
  readonly reason: string;
}

/** A process manager that has failed for a while, and why it failed last. */
export type Failing = Pick<SetAside, 'manager' | 'reason'>;

/**
 * How the process managers are: events set aside for a person, managers that fail now or catch up,
 * and those of them that have failed for a while.
 */
export interface AutomationHealth {
  readonly setAside: readonly SetAside[];
  readonly behind: readonly string[];
  readonly failing: readonly Failing[];
}

/** What was set aside, where it is tried again. */
export interface SetAsideEvents {
  readonly setAside: readonly SetAside[];
  /** Tries all of it once more, or one event; how many are set aside no longer. */
  retry(eventId?: string, signal?: AbortSignal): Promise<number>;
}

/** What the failure is called, without its sentence. */
export const failureOf = ({ reason }: Pick<SetAside, 'reason'>): string =>
  reason.split(':', 1)[0]!.slice(0, 100);

/** What was set aside, from wherever the process managers run. */
export type ListSetAside = () => Promise<readonly SetAside[]>;
export const LIST_SET_ASIDE = Symbol('ListSetAside');
