import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { enrolmentDecider, type EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import { partsOfPayment, streams } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { proposeCorrection } from '../../src/use-cases/corrections/propose-correction.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { paymentsLeftOut } from '../../src/use-cases/instructions/left-out.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { execute } from '../../src/write-side/execute.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { part } from '../../src/write-side/unit.js';
import { auditOf } from '../support/audit.js';
import { enrolled, PROGRAMME, released } from './month.js';
import { as, job, newWorld, type World } from './world.js';

const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;

/**
 * Households that are suspended, or ended, after their month was prepared and before it is
 * released.
 */
let world: World;
let ids: string[];
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 30, 7);
  await prepareCycle(
    world.engine,
    { programmeId: PROGRAMME, period: PERIOD },
    job(world.engine, 'finance'),
  );
  ids = [];
  for await (const page of pagesOf(world.engine.store, `payment-${CYCLE}-`))
    ids.push(...page.map(({ stream }) => stream.slice('payment-'.length)));
});
afterAll(() => world.end());

const onEnrolment = (paymentId: string, command: EnrolmentCommand, by = 'sara') =>
  execute(
    world.engine,
    [
      part(
        streams.enrolment(PROGRAMME, partsOfPayment(paymentId).personId),
        enrolmentDecider,
        command,
      ),
    ],
    {
      ...as(world.engine, 'supervisor', command.type, paymentId, by),
      actor: { id: by, role: 'supervisor' },
    },
  );
const statusesOf = (which: readonly string[]) =>
  Promise.all(
    which.map(async (id) => {
      const events = await world.engine.store.readStream(streams.payment(id));
      return events.at(-1)!.type;
    }),
  );
async function leftOut(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const page of paymentsLeftOut(world.engine, CYCLE))
    for (const { id, code } of page) found[id] = code;
  return found;
}
const again = () =>
  reinstructPayments(
    world.engine,
    { cycleId: CYCLE, executionDate: '2026-01-10' },
    job(world.engine, 'finance'),
  );

test('are left out of the release, named, and paid once they are reinstated, or cancelled', async () => {
  const [now, ended, later, ...others] = ids as [string, string, string, ...string[]];
  const reason = 'looked into';
  await onEnrolment(now, { type: 'SuspendEnrolment', fromPeriod: PERIOD, reason });
  await onEnrolment(ended, { type: 'EndEnrolment', lastPeriod: '2025-11', reason });
  await onEnrolment(later, { type: 'SuspendEnrolment', fromPeriod: '2026-01', reason });
  await released(world.engine, PERIOD);
  expect(await statusesOf([now, ended, later])).toEqual([
    'PaymentOrdered',
    'PaymentOrdered',
    'PaymentInstructed',
  ]);
  expect(new Set(await statusesOf(others))).toEqual(new Set(['PaymentInstructed']));
  expect(await leftOut()).toEqual({ [now]: 'NOT_PAYABLE', [ended]: 'NOT_PAYABLE' });
  expect(await again()).toMatchObject({ instructed: 0 });
  // Nobody owes what never left.
  const looked = await proposeCorrection(
    world.engine,
    { programmeId: PROGRAMME, fromPeriod: PERIOD, reason: 'looked at' },
    job(world.engine, 'finance'),
  );
  expect([looked.arrearsMinor, looked.overpaidMinor]).toEqual(['0', '0']);

  for (const by of ['sara', 'omar'])
    await onEnrolment(now, { type: 'ReinstateEnrolment', fromPeriod: PERIOD, reason }, by);
  expect(await again()).toMatchObject({ instructed: 1 });
  await execute(
    world.engine,
    [part(streams.payment(ended), paymentDecider, { type: 'CancelPayment', reason: 'not due' })],
    as(world.engine, 'finance', 'cancel', ended),
  );
  expect(await statusesOf([now, ended])).toEqual(['PaymentInstructed', 'PaymentCancelled']);
  expect(await leftOut()).toEqual({});
  expect((await auditOf(world.engine.store)).violations).toEqual([]);
});
