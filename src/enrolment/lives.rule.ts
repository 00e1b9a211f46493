import { fold, type Recorded } from '../kernel/decider.js';
import { enrolmentDecider } from './enrolment.decider.js';
import type { EnrolmentState } from './enrolment.state.js';

/** The enrolments of one person in one programme, one after the other, from their stream. */
export function livesOf(events: readonly Recorded[]): readonly EnrolmentState[] {
  const lives: EnrolmentState[] = [];
  for (const event of events) {
    const state = fold(enrolmentDecider, [event], lives.at(-1));
    if (event.type === 'EnrolmentStarted') lives.push(state);
    else if (lives.length > 0) lives[lives.length - 1] = state;
    if (event.type === 'EnrolmentEnded') endBefore(lives, event.data.lastPeriod);
  }
  return lives;
}

/** The enrolment that a month is of: the last one that had begun by then. */
export const lifeIn = (
  lives: readonly EnrolmentState[],
  period: string,
): EnrolmentState | undefined => lives.findLast(({ startPeriod }) => startPeriod <= period);

/** Who is not entitled after a month (they died, say) is so no more by an enrolment of before. */
function endBefore(lives: EnrolmentState[], month: string): void {
  for (const [i, life] of lives.entries())
    if (life.lastPeriod !== undefined && life.lastPeriod > month)
      lives[i] = { ...life, lastPeriod: month };
}
