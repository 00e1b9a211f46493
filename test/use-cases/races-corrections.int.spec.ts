import { describe, expect, it } from '@jest/globals';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { streams } from '../../src/kernel/ids.js';
import { readCorrection } from '../../src/correction/correction-reader.js';
import {
  approveCorrection,
  rejectCorrection,
} from '../../src/use-cases/corrections/decide-correction.js';
import {
  proposeCorrection,
  requireCorrectable,
  type ProposeSummary,
} from '../../src/use-cases/corrections/propose-correction.js';
import { foldAdjustment } from '../../src/use-cases/folds.js';
import { closeProgrammeParts } from '../../src/use-cases/programmes/close-programme.js';
import { movePersonParts } from '../../src/use-cases/persons/move-person.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { auditOf } from '../support/audit.js';
import { MemoryStore } from '../support/memory-store.js';
import { PROGRAMME, released } from './month.js';
import { another, eventsOf, justBefore, racing, STORES, type Here } from './racing.js';
import { codeOf } from './refusal-code.js';
import { as, by, drain, job, PEOPLE } from './world.js';

const ARGS = { programmeId: PROGRAMME, fromPeriod: '2025-11', reason: 'abroad' };
const FIRST = `${PROGRAMME}-0001`;
const SECOND = `${PROGRAMME}-0002`;

const propose = (
  here: Here,
  who: keyof typeof PEOPLE = 'finance',
  signal?: AbortSignal,
): Promise<ProposeSummary> => proposeCorrection(here, ARGS, job(here, who), undefined, signal);

const reject = (here: Here, who: keyof typeof PEOPLE = 'controller') =>
  rejectCorrection(here, { correctionId: FIRST, reason: 'another month' }, as(here, who, 'no'));

/** Approved as it was proposed, and put on the accounts. */
async function approved(here: Here, correctionId: string): Promise<void> {
  const { proposed } = await readCorrection(here.store, correctionId);
  const { contentHash } = proposed!;
  await approveCorrection(here, { correctionId, contentHash }, as(here, 'controller', 'yes'));
  await drain(here);
}

const statusOf = async ({ store }: Here, correctionId: string): Promise<string> =>
  (await readCorrection(store, correctionId)).status;

/** Does something else just before a run first reads what households' accounts say. */
function beforeAccountsAreRead({ store }: Here, other: () => Promise<unknown>): void {
  const read = store.readCategory.bind(store);
  store.readCategory = async (prefix, options) => {
    if (prefix.startsWith('adjustment-')) {
      store.readCategory = read;
      await other();
    }
    return read(prefix, options);
  };
}

/** Nothing waits on any account that no correction will ever put there. */
async function noneIsLeft(here: Here): Promise<void> {
  for (const { events } of await here.store.readCategory(`adjustment-${PROGRAMME}-`, {
    limit: 100,
  }))
    expect(foldAdjustment(events).pending).toBeUndefined();
  expect((await auditOf(here.store)).violations).toEqual([]);
}

describe.each(STORES)('a correction, on a store %s', (_, atomic) => {
  const { anew } = racing(atomic);

  /** November and December are paid; most households turn out to have been suspended. */
  async function overpaid(): Promise<Here> {
    const here = await anew();
    await released(here, '2025-12');
    const all = await here.store.readCategory(`enrolment-${PROGRAMME}-`, { limit: 100 });
    for (const { stream, events } of all.slice(1)) {
      const [begun] = events;
      if (begun?.type !== 'EnrolmentStarted') continue;
      const { startPeriod: fromPeriod } = begun.data;
      const suspend = { type: 'SuspendEnrolment', fromPeriod, reason: 'abroad' } as const;
      const command = part(stream, enrolmentDecider, suspend);
      await execute(here, [command], as(here, 'supervisor', 'suspend', stream));
    }
    return here;
  }

  it('that is rejected while it runs proposes nothing more, and stands in no other one’s way', async () => {
    const here = await overpaid();
    justBefore(here, 'AdjustmentProposed', async () => {
      await reject(here);
      expect(await propose(another(here))).toMatchObject({ correctionId: SECOND });
    });
    expect(await codeOf(propose(here))).toBe('CORRECTION_STATUS');
    await approved(here, SECOND);
    expect(await statusOf(here, SECOND)).toBe('applied');
    await noneIsLeft(here);
  });

  it('that two runs compute is proposed once, however far the other comes meanwhile', async () => {
    const here = await overpaid();
    beforeAccountsAreRead(here, async () => {
      await propose(another(here));
      await approved(another(here), FIRST);
    });
    expect(await codeOf(propose(here))).toBe('CORRECTION_STATUS');
    expect(await statusOf(here, FIRST)).toBe('applied');
    await noneIsLeft(here);
  });

  const region = 'MA-12';
  const move = async (here: Here, personId: string) => {
    const parts = await movePersonParts(here.store, { personId, region, reason: 'new address' });
    await execute(here, parts, as(here, 'supervisor', 'move'));
  };
  /** The last household that a correction takes from. */
  const owing = async (here: Here) => {
    const all = (await eventsOf(here)).filter(({ type }) => type === 'AdjustmentProposed');
    return all.at(-1)!.stream.slice(-36);
  };

  it('puts a debt where its household lives, also if it moves in the same moment', async () => {
    const here = await overpaid();
    await propose(here);
    const personId = await owing(here);
    justBefore(here, 'OverpaymentEstablished', () => move(another(here), personId));
    await approved(here, FIRST);
    const debts = (await eventsOf(here)).filter(({ type }) => type === 'OverpaymentEstablished');
    expect(debts.length).toBeGreaterThan(1);
    const own = debts.filter(({ stream }) => stream.endsWith(personId));
    expect(own).toMatchObject([{ data: { region } }]);
    await noneIsLeft(here);
  });

  it('moves a debt with its household, also if it was put down in the same moment', async () => {
    const here = await overpaid();
    await propose(here);
    const personId = await owing(here);
    justBefore(here, 'PersonMoved', () => approved(another(here), FIRST));
    await move(here, personId);
    const own = (await eventsOf(here)).filter(
      ({ type, stream }) =>
        (type === 'OverpaymentEstablished' || type === 'RecoveryMoved') &&
        stream.endsWith(personId),
    );
    expect(own.at(-1)).toMatchObject({ type: 'RecoveryMoved', data: { region } });
    await noneIsLeft(here);
  });

  it('that a programme has no id for is refused, before it is accepted and when it begins', async () => {
    const here = await overpaid();
    const { correctionId } = await propose(here);
    await reject(here);
    const [stream] = await here.store.readStreams([streams.correction(correctionId)]);
    const all = Array.from({ length: 9_999 }, (_, i) => ({
      stream: streams.correction(`${PROGRAMME}-${String(i + 1).padStart(4, '0')}`),
      events: stream!.events,
    }));
    const read = here.store.readCategory.bind(here.store);
    here.store.readCategory = async (prefix, options) =>
      prefix === `correction-${PROGRAMME}-`
        ? all.filter(({ stream: name }) => name > (options.after ?? '')).slice(0, options.limit)
        : read(prefix, options);
    const before = (await eventsOf(here)).length;
    const { id } = job(here, 'finance').actor;
    expect(await codeOf(requireCorrectable(here, ARGS, id))).toBe('LIMIT_EXCEEDED');
    expect(await codeOf(propose(here))).toBe('LIMIT_EXCEEDED');
    expect(await eventsOf(here)).toHaveLength(before);
    all.pop();
    await requireCorrectable(here, ARGS, id);
  });

  it('does not begin while its programme is closed, nor is that closed while it begins', async () => {
    // December is not closed here: what this is about is the correction.
    const closing = () =>
      closeProgrammeParts(new MemoryStore(atomic), { programmeId: PROGRAMME, reason: 'over' });
    const here = await overpaid();
    const first = await closing();
    const proposes = (engine: Here) => execute(engine, first, as(engine, 'manager', 'close'));
    const manager = as(here, 'secondManager', 'close');
    await proposes(here);
    justBefore(here, 'CorrectionStarted', () => execute(another(here), first, manager));
    expect(await codeOf(propose(here))).toBe('PROGRAMME_CLOSED');

    const other = await overpaid();
    await proposes(other);
    const second = await closing();
    justBefore(other, 'ProgrammeClosed', () => propose(another(other)));
    expect(await codeOf(execute(other, second, manager))).toBe('CORRECTION_OPEN');
  });

  it('that one person began is not computed by another, who rejects it and begins anew', async () => {
    const here = await overpaid();
    const killed = new AbortController();
    justBefore(here, 'AdjustmentProposed', async () => killed.abort());
    await expect(propose(here, 'finance', killed.signal)).rejects.toThrow();
    const before = (await eventsOf(here)).length;
    const { id } = job(here, 'secondFinance').actor;
    expect(await codeOf(propose(here, 'secondFinance'))).toBe('CORRECTION_OPEN');
    expect(await codeOf(requireCorrectable(here, ARGS, id))).toBe('CORRECTION_OPEN');
    await requireCorrectable(here, ARGS, PEOPLE.finance[0]);
    expect(await eventsOf(here)).toHaveLength(before);

    await reject(here, 'secondFinance');
    const { correctionId, contentHash } = await propose(here, 'secondFinance');
    expect(correctionId).toBe(SECOND);
    const own = by(here, PEOPLE.secondFinance[0], 'finance-controller', 'own');
    expect(await codeOf(approveCorrection(here, { correctionId, contentHash }, own))).toBe(
      'SAME_PERSON',
    );
    await approved(here, SECOND);
    await noneIsLeft(here);
  });
});
