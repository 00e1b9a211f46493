import {
  bankEntryDecider,
  proposedByAnother,
  type BankEntryCommand,
} from '../../src/statement/entry.decider.js';
import {
  bankMessageDecider,
  type BankMessageCommand,
} from '../../src/statement/message.decider.js';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import { fold } from '../../src/kernel/decider.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { paymentDecider, type PaymentCommand } from '../../src/payment/payment.decider.js';
import { type PaymentState } from '../../src/payment/payment.state.js';
import { fromState, part, type Part } from '../../src/write-side/unit.js';
import { saidBefore } from '../../src/use-cases/statements/assignment.rule.js';
import type { Act } from './model-people.js';
import { actorOf, type Op } from './model-world.js';

const sha256Of = (op: Op): string => String(op.a % 8 === 7 ? 1 : 0).repeat(64);
const entryIdOf = (op: Op): string => uuidOf('model entry', op.b);
const message = (op: Op, command: BankMessageCommand): Part =>
  part(streams.message(sha256Of(op)), bankMessageDecider, command);
const entry = (op: Op, command: BankEntryCommand): Part =>
  part(streams.entry(entryIdOf(op)), bankEntryDecider, command);

const SAID = ['settled', 'returned', 'rejected', 'settled'] as const;

const quarantineEntry: Act = (world, op) =>
  world.run(
    op,
    'payment-system',
    entry(op, {
      type: 'QuarantineEntry',
      entryId: entryIdOf(op),
      sha256: sha256Of(op),
      number: op.b,
      family: 'camt.054',
      scope: 'transaction',
      code: 'REFERENCE_UNKNOWN',
      detail: 'The entry names no payment of ours.',
      outcome: SAID[op.b % 4]!,
    }),
  );

/** Two persons say that an entry is about a payment: both together, or neither. */
const assign: Act = (world, op) => {
  const state = world.payments(op, ({ attempt }) => attempt > 0);
  if (!state) return;
  const outcome = SAID[op.b % 4]!;
  if (!op.odd) quarantineEntry(world, op);
  const said = {
    paymentId: state.paymentId,
    attempt: Math.max(1, state.attempt),
    outcome,
    reason: 'the bank wrote so',
  };
  if (fold(bankEntryDecider, world.log.stream(streams.entry(entryIdOf(op)))).assigned) {
    world.run(op, 'finance-officer', entry(op, { type: 'AssignEntry', ...said }));
    return;
  }
  world.run(
    op.wrong === undefined ? { ...op, who: op.who + 1 } : op,
    'finance-officer',
    entry(op, { type: 'ProposeAssignment', ...said }),
  );
  // One word in four stays alone, for a later step to confirm or to take back.
  if (op.a % 4 === 3) return;
  const waiting = fold(bankEntryDecider, world.log.stream(streams.entry(entryIdOf(op))));
  const actor = { id: actorOf(op, 'finance-officer'), role: 'finance-officer' } as const;
  const proposal = proposedByAnother(waiting, said, actor.id);
  const sha256 = waiting.entry?.sha256 ?? '';
  const file = fold(bankMessageDecider, world.log.stream(streams.message(sha256)));
  world.run(
    op,
    'finance-officer',
    part(
      streams.payment(state.paymentId),
      paymentDecider,
      fromState(outcome, ({ attempt }: PaymentState): PaymentCommand => ({
        type: 'ReportOutcome',
        outcome,
        attempt,
        endToEndId: endToEndIdOf(state.paymentId, attempt),
        source: 'operator',
        ...(outcome === 'settled' ? {} : { reason: 'MS03' }),
        ...(proposal ? { saidBy: saidBefore(proposal.by, file, actor) } : {}),
      })),
    ),
    entry(op, { type: 'AssignEntry', ...said }),
  );
};

const receive: Act = (world, op) =>
  world.run(
    op,
    'payment-system',
    message(op, {
      type: 'ReceiveMessage',
      sha256: sha256Of(op),
      bytes: 10,
      sender: 'bank',
      fileName: 'f.xml',
    }),
  );
const quarantine: Act = (world, op) => {
  if (!op.odd) receive(world, op);
  world.run(
    op,
    'payment-system',
    message(op, {
      type: 'QuarantineMessage',
      code: 'SUM_DIFFERS',
      detail: 'Line 1, column 1: the sums differ.',
    }),
  );
};
const release: Act = (world, op) => {
  if (!op.odd) quarantine(world, op);
  world.run(
    op,
    'finance-officer',
    message(op, { type: 'ReleaseMessage', reason: 'the bank says so' }),
  );
};

/** Files of a bank, and entries that wait for a person. */
export const bank: Readonly<Record<string, Act>> = {
  receiveMessage: receive,
  quarantineMessage: quarantine,
  releaseMessage: release,
  applyMessage: (world, op) =>
    world.run(
      op,
      'payment-system',
      message(op, {
        type: 'RecordApplication',
        messages: [],
        entries: 0,
        outcomes: { read: 0, applied: 0, unchanged: 0, breaks: 0, refused: 0 },
        quarantined: 0,
        ignored: 0,
        turnover: [],
      }),
    ),
  quarantineEntry,
  ownEntry: (world, op) => {
    if (!op.odd) quarantineEntry(world, op);
    world.run(
      op,
      'finance-officer',
      entry(op, { type: 'SetEntryOwner', owner: `owner-${op.b % 3}` }),
    );
  },
  findCandidates: (world, op) => {
    const state = world.payments(op, ({ attempt }) => attempt > 0);
    if (!state) return;
    if (!op.odd) quarantineEntry(world, op);
    world.run(
      op,
      'automation',
      entry(op, {
        type: 'RecordCandidates',
        candidates: [
          {
            paymentId: state.paymentId,
            attempt: Math.max(1, state.attempt),
            score: 60,
            days: 0,
            payee: 'unknown',
          },
        ],
        alike: op.b % 2,
      }),
    );
  },
  assignEntry: assign,
  dismissEntry: (world, op) => {
    const waits = fold(bankEntryDecider, world.log.stream(streams.entry(entryIdOf(op)))).entry;
    const { handedOverBy } = fold(
      bankMessageDecider,
      world.log.stream(streams.message(waits?.sha256 ?? '')),
    );
    world.run(
      op,
      'finance-officer',
      entry(op, { type: 'DismissEntry', kind: 'fee', reason: 'the monthly fee', handedOverBy }),
    );
  },
};
