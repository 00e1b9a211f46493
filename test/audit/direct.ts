import type { EventType } from '../../events/generated.js';
import type { Found } from '../../src/audit/report.js';
import type { EventMeta, Recorded } from '../../src/kernel/decider.js';

export const NOON = '2026-01-15T12:00:00.000Z';

type Rest = Partial<Omit<Recorded, 'type' | 'data' | 'meta'>> & {
  readonly meta?: Partial<EventMeta>;
};

/** An event of which only that is said which matters to the check that gets it. */
export function eventOf<T extends EventType>(
  type: T,
  data: object = {},
  { meta, ...rest }: Rest = {},
): Recorded<T> {
  const event: object = {
    id: '',
    stream: 's',
    revision: 0,
    v: 1,
    time: NOON,
    position: 0,
    ...rest,
    type,
    data,
    meta: { actor: 'somebody', role: 'intake', command: 'c', correlation: 'c', ...meta },
  };
  return event as Recorded<T>;
}

/** What a check finds, each with its invariant. */
export class Findings {
  readonly said: string[] = [];
  readonly found: Found = (invariant, detail) => {
    this.said.push(`${invariant} ${detail}`);
  };
}

/**
 * Dense numbers of streams about where the arrays of the checks end and grow: 4,096 at first, then
 * twice as many, or as many as are needed.
 */
export const FAR_STREAMS = [4_095, 4_096, 8_192, 30_000, 70_000] as const;
