import { CheckedSet, type Rule } from '../../src/use-cases/cycles/findings.rule.js';
import { orderedInRound } from '../../src/use-cases/cycles/ordered.rule.js';
import { cycleDecider, type CycleCommand } from '../../src/cycle/cycle.decider.js';
import { payableIn } from '../../src/enrolment/enrolment.state.js';
import { partsOfPayment, streams } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { part, type Part } from '../../src/write-side/unit.js';
import type { Act } from './model-people.js';
import { definition, PROGRAMME } from './model-programme.js';
import { filesOfRuns } from './model-money-parts.js';
import { foldEnrolment, foldPerson, type World } from './model-world.js';

const cycle = (id: string, command: CycleCommand): Part =>
  part(streams.cycle(id), cycleDecider, command);
const RULES: readonly (readonly Rule[])[] = [
  [],
  [
    { check: 'over-forecast', level: 'block', limit: 0, amountMinor: '1' },
    { check: 'not-payable', level: 'block' },
  ],
  [
    { check: 'no-account', level: 'warn' },
    { check: 'payee-erased', level: 'block' },
  ],
  [],
];

export const rulesOf = (world: World): readonly Rule[] =>
  world.log
    .stream(streams.programme(PROGRAMME))
    .reduce<readonly Rule[]>(
      (rules, event) => (event.type === 'ChecksConfigured' ? event.data.rules : rules),
      [],
    );

/** What the checks find in a prepared cycle as the log stands. */
function findingsOf(world: World, cycleId: string, round: number) {
  const set = new CheckedSet(rulesOf(world), round);
  for (const { stream, events } of world.log.category(`payment-${cycleId}-`)) {
    const ordered = orderedInRound(events, round);
    if (!ordered) continue;
    const paymentId = stream.slice('payment-'.length);
    const { personId, period } = partsOfPayment(paymentId);
    const person = foldPerson(world.log.stream(streams.person(personId)));
    set.add({
      paymentId,
      personId,
      region: ordered.region,
      amountMinor: BigInt(ordered.amountMinor),
      ...(person.account ? { accountHash: person.account.accountHash } : {}),
      erased: person.status === 'erased',
      payable: payableIn(
        foldEnrolment(world.log.stream(streams.enrolment(PROGRAMME, personId))),
        period,
      ),
      withinEntitlement: true,
    });
  }
  return set.findings({});
}

/** Somebody, and mostly a second one who says the same. */
const bySecondToo =
  (act: Act): Act =>
  (world, op) => {
    act(world, op);
    if (!op.odd) act(world, { ...op, who: (op.who + 1) % 4 });
  };
const configure: Act = bySecondToo((world, op) => {
  world.run(
    op,
    'programme-manager',
    part(streams.programme(PROGRAMME), programmeDecider, {
      type: 'ConfigureChecks',
      programmeId: PROGRAMME,
      rules: [...RULES[op.b % 4]!],
    }),
  );
});
const check: Act = (world, op) => {
  const state = world.cycles(op, 'prepared');
  if (state)
    world.run(
      op,
      'finance-officer',
      cycle(state.cycleId, {
        type: 'RecordCheck',
        asOf: world.log.last,
        contentHash: state.contentHash,
        findings: findingsOf(world, state.cycleId, state.round),
      }),
    );
};

/**
 * The terms a programme pays under, what it has cycles checked for, and who answers for what was
 * found.
 */
export const checks: Readonly<Record<string, Act>> = {
  setTerms: bySecondToo((world, op) => {
    world.run(
      op,
      'programme-manager',
      part(streams.programme(PROGRAMME), programmeDecider, {
        type: 'SetPaymentTerms',
        programmeId: PROGRAMME,
        remittance: `Aide ${op.b} {period}`,
        accounts: [
          {
            accountId: 'A',
            name: 'Trésorerie',
            bic: definition.debtor.bic,
            kind: 'iban',
            number: definition.debtor.iban,
            format: 'pain.001.001.03',
            characters: 'latin',
            maxPerFile: 1 + op.a,
          },
        ],
      }),
    );
  }),
  setAccountHold: bySecondToo((world, op) => {
    world.run(
      op,
      'programme-manager',
      part(streams.programme(PROGRAMME), programmeDecider, {
        type: 'SetAccountHold',
        programmeId: PROGRAMME,
        days: op.b % 4,
        ...(op.odd ? {} : { verification: (['none', 'changed', 'every'] as const)[op.b % 3]! }),
      }),
    );
  }),
  setCalendar: (world, op) =>
    world.run(
      op,
      'programme-manager',
      part(streams.programme(PROGRAMME), programmeDecider, {
        type: 'SetCalendar',
        programmeId: PROGRAMME,
        weekend: op.odd ? ['friday'] : ['saturday', 'sunday'],
        holidays: [`2026-05-0${1 + (op.b % 9)}`],
      }),
    ),
  limitBackdating: (world, op) =>
    world.run(
      op,
      'programme-manager',
      part(streams.programme(PROGRAMME), programmeDecider, {
        type: 'SetBackdatingLimit',
        programmeId: PROGRAMME,
        months: op.b % 13,
      }),
    ),
  configureChecks: configure,
  check,
  // Mostly of a finding that another person's check just made.
  override: (world, op) => {
    if (!op.odd && !world.cycles(op, 'prepared')?.openFindings.length) {
      configure(world, { ...op, b: 1 });
      check(world, { ...op, who: (op.who + 1) % 4 });
    }
    const state = world.cycles(op, 'prepared');
    const findingId =
      state?.openFindings[op.b % Math.max(1, state.openFindings.length)] ??
      state?.findings[0]?.findingId;
    if (state && findingId)
      world.run(
        op,
        'finance-controller',
        cycle(state.cycleId, { type: 'OverrideFinding', findingId, reason: 'seen' }),
      );
  },
  recordReinstruction: (world, op) => {
    const state = world.cycles(op, 'instructed');
    if (state)
      world.run(
        op,
        'automation',
        cycle(state.cycleId, {
          type: 'RecordReinstruction',
          files: filesOfRuns(world, state.cycleId),
        }),
      );
  },
};
