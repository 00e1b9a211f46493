import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { DomainError } from '../../src/kernel/errors.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams } from '../../src/kernel/ids.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { addMonths } from '../../src/kernel/time.js';
import { planRecoveries } from '../../src/use-cases/corrections/plan-recoveries.js';
import { proposeCorrection } from '../../src/use-cases/corrections/propose-correction.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { foldEnrolment } from '../../src/use-cases/folds.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { erase, registerAgain } from '../use-cases/again.js';
import { Desk } from '../use-cases/correction-desk.js';
import { ran } from '../support/effort.js';
import { child, enrolFamilies } from '../use-cases/families.js';
import { answers, PROGRAMME, released } from '../use-cases/month.js';
import { as, drain, job, newWorld, type World } from '../use-cases/world.js';
import { householdOracle } from './household-oracle.js';

const CHILDREN = [child('2013-04'), child('2016-09'), child('2021-02')];
const FIRST = '2025-10';
const HISTORIES = 5;
const STEPS = 12;

interface Step {
  readonly what:
    | 'month'
    | 'settle'
    | 'back'
    | 'again'
    | 'close'
    | 'revise'
    | 'recertify'
    | 'move'
    | 'correct'
    | 'end'
    | 'erase';
  readonly a: number;
  readonly b: number;
}
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom(
    'month',
    'month',
    'settle',
    'back',
    'back',
    'again',
    'close',
    'close',
    'revise',
    'recertify',
    'move',
    'correct',
    'correct',
    'end',
    'erase',
  ),
  a: fc.nat(7),
  b: fc.nat(7),
});

function factsFrom(b: number) {
  const facts = {
    scoreMicro: 5_000_000,
    coveredByOtherScheme: false,
    children: CHILDREN.slice(0, 1 + (b % 3)),
  };
  return {
    fromPeriod: addMonths(FIRST, b % 2),
    facts,
    contentHash: contentHash(facts),
    entitlement: { period: FIRST, policyVersion: 1, amountMinor: '0', items: [] },
  };
}

/** Two households of the reference programme, and people who do what a history says. */
class Office {
  readonly #desk: Desk;
  #months = 0;
  #commands = 0;
  readonly #people: string[];

  constructor(world: World, people: readonly string[]) {
    this.#desk = new Desk(world);
    this.#people = [...people];
  }

  /** What a rule refuses is nothing done. */
  async take(given: Step): Promise<void> {
    try {
      await this.#take(given);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
    }
    await drain(this.#desk.engine);
    await drain(this.#desk.engine);
  }

  async events(): Promise<readonly Recorded[]> {
    return (await this.#desk.engine.store.readAll(-1, 5_000)).events;
  }
  async violations(): Promise<readonly unknown[]> {
    return (await this.#desk.audit()).violations;
  }

  async #take({ what, a, b }: Step): Promise<unknown> {
    const { engine } = this.#desk;
    const cycleId = `${PROGRAMME}-${addMonths(FIRST, this.#months === 0 ? 0 : a % this.#months)}`;
    switch (what) {
      case 'month':
        this.#months += 1;
        return released(engine, addMonths(FIRST, this.#months - 1));
      case 'settle':
        return this.#report(cycleId, b, true);
      case 'back':
        return this.#report(cycleId, b, false);
      case 'again':
        return reinstructPayments(
          engine,
          { cycleId, executionDate: '2026-12-30', sameAccount: true },
          job(engine, 'finance'),
        );
      case 'close':
        return this.#close(cycleId);
      case 'revise':
        return this.#revise(this.#people[a % 2]!, b);
      case 'recertify':
        return this.#recertify(this.#people[a % 2]!, b);
      case 'move':
        return this.#move(this.#people[a % 2]!, b);
      case 'correct':
        return this.#correct();
      case 'end':
        return this.#desk.enrolment(this.#people[a % 2]!, {
          type: 'EndEnrolment',
          lastPeriod: addMonths(FIRST, b),
          reason: 'moved',
        });
      case 'erase':
        return this.#again(a % 2, b);
    }
  }

  /** Ended, erased and registered again with the same identity, and an application dated back. */
  async #again(n: number, b: number): Promise<void> {
    const { engine } = this.#desk;
    const person = this.#people[n]!;
    const { status } = foldEnrolment(
      await engine.store.readStream(streams.enrolment(PROGRAMME, person)),
    );
    if (status === 'active' || status === 'suspended')
      await this.#desk.enrolment(person, {
        type: 'EndEnrolment',
        lastPeriod: addMonths(FIRST, b % Math.max(1, this.#months)),
        reason: 'asked',
      });
    await erase(engine, person);
    this.#commands += 1;
    const before = new Set(await personsOf(engine));
    await registerAgain(engine, {
      n,
      reference: `again ${this.#commands}`,
      receivedOn: `${addMonths(FIRST, b % 3)}-05`,
      children: CHILDREN.slice(0, 1 + (b % 3)),
    });
    this.#people[n] = (await personsOf(engine)).find((one) => !before.has(one))!;
  }

  /** Of one household (`b` below 2) or both. */
  #report(cycleId: string, b: number, settled: boolean): Promise<unknown> {
    const { engine } = this.#desk;
    const answer = settled
      ? ({ outcome: 'settled', settledOn: '2026-01-05' } as const)
      : ({ outcome: 'returned', reason: 'AC04' } as const);
    return takeInOutcomes(
      engine,
      {
        source: 'file',
        outcomes: answers(engine, cycleId, (_, n) => (b > 1 || n === b ? answer : undefined)),
      },
      job(engine, 'bank'),
    );
  }

  async #close(cycleId: string): Promise<void> {
    const { engine } = this.#desk;
    this.#commands += 1;
    await reconcileCycle(
      engine,
      { cycleId },
      as(engine, 'finance', 'reconcile', cycleId, this.#commands),
    );
    await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close', cycleId, this.#commands));
  }

  #revise(person: string, b: number): Promise<unknown> {
    return this.#desk.enrolment(person, {
      type: 'ReviseEntitlement',
      ...factsFrom(b),
      reason: 'told late',
    });
  }

  #recertify(person: string, b: number): Promise<unknown> {
    return this.#desk.enrolment(person, {
      type: 'RecertifyEnrolment',
      ...factsFrom(b),
      nextDueOn: `${addMonths(FIRST, b)}-28`,
    });
  }

  #move(personId: string, b: number): Promise<unknown> {
    const region = `MA-0${1 + (b % 3)}`;
    this.#commands += 1;
    return execute(
      this.#desk.engine,
      [
        part(streams.person(personId), personDecider, {
          type: 'MovePerson',
          personId,
          region,
          reason: 'moved',
        }),
        part(streams.enrolment(PROGRAMME, personId), enrolmentDecider, {
          type: 'MoveEnrolment',
          region,
        }),
      ],
      as(this.#desk.engine, 'supervisor', 'move', this.#commands),
    );
  }

  async #correct(): Promise<void> {
    const { engine } = this.#desk;
    this.#commands += 1;
    const { correctionId, contentHash: hash } = await proposeCorrection(
      engine,
      { programmeId: PROGRAMME, fromPeriod: FIRST, reason: `look ${this.#commands}` },
      job(engine, 'finance'),
    );
    await this.#desk.approve(correctionId, hash);
    await planRecoveries(
      engine,
      { programmeId: PROGRAMME, sharePercent: 25, floorMinor: '30000', reason: 'agreed' },
      job(engine, 'finance'),
    );
  }
}

const personsOf = async ({ store }: Pick<World['engine'], 'store'>): Promise<string[]> =>
  (await store.readCategory('person-', { limit: 100 })).map(({ stream }) =>
    stream.slice('person-'.length),
  );

async function live(steps: readonly Step[]): Promise<void> {
  const world = await newWorld();
  try {
    const people = await enrolFamilies(
      world.engine,
      { ida: CHILDREN.slice(0, 2), omar: CHILDREN },
      asdVersions,
    );
    const office = new Office(world, [people.ida, people.omar]);
    for (const one of steps) {
      await office.take(one);
      expect([...householdOracle(await office.events())]).toEqual([]);
    }
    expect(await office.violations()).toEqual([]);
  } finally {
    await world.end();
  }
}

const at = (what: Step['what'], a = 0, b = 2): Step => ({ what, a, b });

test(
  'a month that came back after it was closed leaves every account right',
  () =>
    live([
      at('month'),
      at('settle'),
      at('close'),
      at('revise', 0, 2),
      at('revise', 1, 0),
      at('correct'),
      at('move', 0, 1),
      at('recertify', 1, 7),
      at('month'),
      at('settle', 1),
      at('close', 1),
      at('back', 1),
      at('month'),
      at('correct'),
      at('end', 0, 2),
      at('month'),
      at('settle', 3),
      at('close', 3),
      at('back', 3, 1),
      at('month'),
    ]),
  600_000,
);

test(
  'who was ended, erased and registered again is paid no month twice, whenever it is corrected',
  () =>
    live([
      at('month'),
      at('settle'),
      at('month'),
      at('settle', 1),
      at('back', 1, 0),
      at('close', 0),
      at('erase', 0, 1),
      at('erase', 1, 3),
      at('month'),
      at('settle', 2),
      at('close', 1),
      at('correct'),
      at('month'),
      at('back', 3),
      at('erase', 0, 2),
      at('close', 3),
      at('month'),
      at('correct'),
      at('month'),
    ]),
  600_000,
);

test(`${HISTORIES} random histories leave every account right after each of ${STEPS} steps`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: STEPS, maxLength: STEPS }), (steps) =>
      live([at('month'), at('settle'), ...steps]),
    ),
    { numRuns: HISTORIES, endOnFailure: true },
  );
  ran('histories', HISTORIES);
});
