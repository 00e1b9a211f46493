import type { EventType } from '../../events/generated.js';
import { EntriesCheck } from '../../src/audit/entries-check.js';
import { Era } from '../../src/audit/era.js';
import { eventOf, Findings } from './direct.js';

export const cycleId = 'asd-2026-01';
export const paymentId = `${cycleId}-00000000-0000-4000-8000-000000000001`;

export type Step = readonly [
  EventType,
  object?,
  {
    readonly entry?: string;
    readonly by?: string;
    readonly v?: number;
    readonly time?: string;
    readonly stream?: number;
  }?,
];

/** What is found where each event is of one payment, or of its cycle, unless it says otherwise. */
export function foundIn(isNew: boolean, ...log: readonly Step[]): readonly string[] {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const check = new EntriesCheck(era);
  const { said, found } = new Findings();
  log.forEach(([type, data = {}, more = {}], position) => {
    const { entry = 'e', by = 'somebody', v = 2, stream = 1, time = '' } = more;
    const rest = { position, v, stream: `entry-${entry}`, meta: { actor: by } };
    const event = eventOf(
      type,
      { cycleId, paymentId, ...data },
      { ...rest, ...(time === '' ? {} : { time }) },
    );
    check.add(event, stream, found);
  });
  return said;
}

export const instructed = (messageId = 'M1'): Step => ['PaymentInstructed', { messageId }];
export const RUN: Step = ['CycleReinstructionStarted', { runId: 'r' }];
/** By hind, unless it says otherwise. */
export const again = (clearedBy?: readonly string[], by = 'hind', v = 2): Step => [
  'PaymentReinstructed',
  { messageId: 'M2', ...(clearedBy ? { clearedBy } : {}) },
  { by, v },
];
/** An entry of a bank's file that names what is said. */
export const waits = (names: object = {}, entry = 'e', more: object = {}): Step => [
  'BankEntryQuarantined',
  { paymentId: undefined, outcome: 'settled', ...names },
  { entry, ...more },
];
export const dismissed = (by: string, entry = 'e'): Step => [
  'BankEntryDismissed',
  {},
  { by, entry },
];
