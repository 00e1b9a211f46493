import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { cycleId as cycleIdOf, streams } from '../../src/kernel/ids.js';
import { processManagers } from '../../src/process-managers/all.js';
import { approveCorrection } from '../../src/use-cases/corrections/decide-correction.js';
import { proposeCorrection } from '../../src/use-cases/corrections/propose-correction.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { paymentsLeftOut } from '../../src/use-cases/instructions/left-out.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import type { Refusal } from '../../src/write-side/refusals.js';
import { auditOf } from '../support/audit.js';
import { Desk } from './correction-desk.js';
import { enrolFamilies, threeFamilies } from './families.js';
import { answers, PROGRAMME, released } from './month.js';
import { codeOf } from './refusal-code.js';
import { as, drain, job, newWorld, type World } from './world.js';

let world: World;
let people: Readonly<Record<'one' | 'two' | 'three', string>>;
beforeEach(async () => {
  world = await newWorld();
  people = await enrolFamilies(world.engine, threeFamilies, asdVersions.slice(0, 1));
});
afterEach(() => world.end());

/** The engine, in which the first event of a type that is to be recorded meets a defect. */
const broken = (first: EventType): World['engine'] => {
  let met = false;
  const registry = new Proxy(world.engine.registry, {
    get(target, name) {
      if (name === 'latestVersion')
        return (type: EventType) => {
          if (type !== first || met) return target.latestVersion(type);
          met = true;
          throw new TypeError('x of Amina is undefined');
        };
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { ...world.engine, registry };
};
const typesOf = async (prefix: string): Promise<readonly string[]> =>
  (await world.engine.store.readCategory(prefix, { limit: 100 })).map(
    ({ events }) => events.at(-1)!.type,
  );
const countOf = (types: readonly string[], type: EventType): number =>
  types.filter((one) => one === type).length;
const prepare = (engine: World['engine'], period: string) =>
  prepareCycle(engine, { programmeId: PROGRAMME, period }, job(engine, 'finance'));
/** Has an automation act on the last event of a type. */
async function acted(
  engine: World['engine'],
  name: string,
  on: { readonly stream: string; readonly type: EventType },
): Promise<void> {
  const manager = processManagers(engine).find((one) => one.name === name)!;
  const events = await world.engine.store.readStream(on.stream);
  await manager.handle([events.findLast(({ type }) => type === on.type)!]);
}
const violations = async () => (await auditOf(world.engine.store)).violations;

test('who is overdue and meets a defect is named, and all others are suspended and paid', async () => {
  const desk = new Desk(world);
  const facts = { scoreMicro: 5_000_000, coveredByOtherScheme: false, children: [] };
  for (const person of [people.one, people.two])
    await desk.enrolment(person, {
      type: 'RecertifyEnrolment',
      fromPeriod: '2025-10',
      facts,
      contentHash: contentHash(facts),
      entitlement: { period: '2025-10', policyVersion: 1, amountMinor: '0', items: [] },
      nextDueOn: '2025-10-15',
    });
  await released(world.engine, '2025-10');
  const summary = await prepare(broken('EnrolmentSuspended'), '2025-11');
  expect(summary).toMatchObject({ count: 1, leftOut: 1 });
  expect(countOf(await typesOf('enrolment-'), 'EnrolmentSuspended')).toBe(1);
  expect(await violations()).toEqual([]);
});

test('whose correction meets a defect is named, and all others are proposed and adjusted', async () => {
  const desk = new Desk(world);
  for (const period of ['2025-10', '2025-11']) await released(world.engine, period);
  await desk.publish(2);
  const args = { programmeId: PROGRAMME, fromPeriod: '2025-10', reason: 'the rate' };
  const proposed = await proposeCorrection(
    broken('AdjustmentProposed'),
    args,
    job(world.engine, 'finance'),
  );
  const named = proposed.unevaluable?.first ?? [];
  expect(named).toMatchObject([
    { period: '2025-10', reason: expect.stringContaining('INTERNAL_ERROR') },
  ]);
  expect(JSON.stringify(named)).not.toContain('Amina');
  expect(proposed).toMatchObject({ status: 'proposed', arrearsCount: 2 });

  const { correctionId } = proposed;
  await approveCorrection(
    world.engine,
    { correctionId, contentHash: proposed.contentHash },
    as(world.engine, 'controller', 'approve'),
  );
  const approved = {
    stream: streams.correction(correctionId),
    type: 'CorrectionApproved',
  } as const;
  await expect(
    acted(broken('AdjustmentEstablished'), 'when-correction-approved-then-adjust', approved),
  ).rejects.toMatchObject({
    code: 'INTERNAL_ERROR',
    detail: expect.stringContaining('adjustment-'),
  });
  expect(countOf(await typesOf('adjustment-'), 'AdjustmentEstablished')).toBe(1);
  expect(await typesOf('correction-')).toEqual(['CorrectionApproved']);
  await drain(world.engine);
  expect(countOf(await typesOf('adjustment-'), 'AdjustmentEstablished')).toBe(2);
  expect(await typesOf('correction-')).toEqual(['CorrectionApplied']);
  expect(await violations()).toEqual([]);
});

test('whose payment meets a defect is left out of the files, and instructed with those that failed', async () => {
  const { cycleId, contentHash: hash } = await prepare(world.engine, '2025-10');
  await approveCycle(
    world.engine,
    { cycleId, contentHash: hash },
    as(world.engine, 'controller', 'approve'),
  );
  await releaseCycle(
    world.engine,
    { cycleId, contentHash: hash, executionDate: '2025-10-28' },
    as(world.engine, 'releaser', 'release'),
  );
  await acted(broken('PaymentInstructed'), 'when-cycle-released-then-instruct', {
    stream: streams.cycle(cycleId),
    type: 'CycleReleased',
  });
  expect(countOf(await typesOf('payment-'), 'PaymentInstructed')).toBe(2);
  const left: Refusal[] = [];
  for await (const page of paymentsLeftOut(world.engine, cycleId)) left.push(...page);
  expect(left).toMatchObject([{ code: 'READY' }]);

  await drain(world.engine);
  await takeInOutcomes(
    world.engine,
    {
      source: 'file',
      outcomes: answers(world.engine, cycleId, () => ({
        outcome: 'rejected',
        reason: 'AC04',
      })),
    },
    job(world.engine, 'bank'),
  );
  const refused: Refusal[] = [];
  const again = (engine: World['engine']) =>
    reinstructPayments(
      engine,
      {
        cycleId,
        executionDate: '2025-11-03',
        sameAccount: true,
        onRefused: (some) => refused.push(...some),
      },
      job(engine, 'finance'),
    );
  expect(await again(broken('PaymentReinstructed'))).toMatchObject({
    instructed: 1,
    reinstructed: 1,
    refused: 1,
  });
  expect(refused).toMatchObject([{ code: 'INTERNAL_ERROR' }]);
  expect(await again(world.engine)).toMatchObject({ instructed: 0, reinstructed: 1, refused: 0 });
  expect(await violations()).toEqual([]);
});

test('one order that cannot be cancelled keeps no other from being cancelled', async () => {
  const { cycleId } = await prepare(world.engine, '2025-10');
  await returnCycle(
    world.engine,
    { cycleId, reason: 'again' },
    as(world.engine, 'controller', 'r'),
  );
  expect(await codeOf(prepare(broken('PaymentCancelled'), '2025-10'))).toBe('INTERNAL_ERROR');
  expect(countOf(await typesOf('payment-'), 'PaymentCancelled')).toBe(2);
  expect(await prepare(world.engine, '2025-10')).toMatchObject({ count: 3 });
  expect(await violations()).toEqual([]);
});

test('one household that cannot be given back what its payment carried keeps no other from it', async () => {
  const desk = new Desk(world);
  await released(world.engine, '2025-11');
  await desk.publish(2);
  const { correctionId, contentHash: hash } = await desk.propose({ fromPeriod: '2025-11' });
  await desk.approve(correctionId, hash);
  await released(world.engine, '2025-12');
  const cycleId = cycleIdOf(PROGRAMME, '2025-12');
  await takeInOutcomes(
    world.engine,
    {
      source: 'file',
      outcomes: answers(world.engine, cycleId, () => ({
        outcome: 'rejected',
        reason: 'AC04',
      })),
    },
    job(world.engine, 'bank'),
  );
  await drain(world.engine);
  await reconcileCycle(world.engine, { cycleId }, as(world.engine, 'finance', 'reconcile'));
  await closeCycle(world.engine, { cycleId }, as(world.engine, 'finance', 'close'));
  await expect(
    acted(broken('ArrearsReleased'), 'when-payment-lapses-then-give-back', {
      stream: streams.cycle(cycleId),
      type: 'CycleClosed',
    }),
  ).rejects.toMatchObject({ code: 'INTERNAL_ERROR' });
  expect(countOf(await typesOf('adjustment-'), 'ArrearsReleased')).toBe(2);
  await drain(world.engine);
  expect(countOf(await typesOf('adjustment-'), 'ArrearsReleased')).toBe(3);
});
