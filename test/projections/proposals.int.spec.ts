import { afterAll, describe, expect, it } from '@jest/globals';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { listProposals } from '../../projections/proposals/proposals.queries.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { ArrayLog } from '../support/array-log.js';
import { startPostgres } from '../support/postgres.js';
import { all } from './all-pages.js';
import { exampleOf, paymentId, personId, recorder, STORIES } from './proposal-stories.js';
import { engines, everyRow, PROJECTIONS } from './stores.js';

const postgres = await startPostgres('the read model of proposals');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

/** One household with a payment, and one proposal of every kind; their answers come after. */
function story(): { readonly asked: readonly Recorded[]; readonly answered: readonly Recorded[] } {
  const record = recorder();
  const payment = { paymentId, programmeId: 'asd', personId, region: 'MA-03' };
  const asked = [
    record('programme-asd', exampleOf('ProgrammeDefined', { programmeId: 'asd' })),
    record(`person-${personId}`, exampleOf('PersonRegistered', { personId, region: 'MA-01' })),
    record(
      `enrolment-asd-${personId}`,
      exampleOf('EnrolmentStarted', { programmeId: 'asd', personId, region: 'MA-02' }),
    ),
    record(`payment-${paymentId}`, exampleOf('PaymentOrdered', payment)),
    // Each by another person, so that nobody's newer word replaces an older one.
    ...STORIES.flatMap(({ kind, stream, before = [], proposed }) => [
      ...before.map((said) => record(stream, said)),
      record(stream, proposed, `first-${kind}`),
    ]),
  ];
  const answered = STORIES.map(({ stream, answers }) => record(stream, answers[0]!, 'second'));
  return { asked, answered };
}

describe.each(engines(postgres))('the read model of proposals on $name', (engine) => {
  afterAll(() => engine.cleanUp());

  it('lists each kind, longest waiting first, by page, role and region, until it is answered', async () => {
    const store = await engine.open();
    try {
      const { asked, answered } = story();
      const log = new ArrayLog(asked);
      const runner = new ProjectionRunner({ store, projections: PROJECTIONS, log });
      await runner.catchUp();
      const items = (await listProposals(store)).items;
      expect(items.map(({ kind }) => kind)).toEqual(STORIES.map(({ kind }) => kind));
      expect(items.map(({ proposedBy }) => proposedBy)).toEqual(
        STORIES.map(({ kind }) => `first-${kind}`),
      );
      for (const limit of [1, 3, 100])
        expect(await all((page) => listProposals(store, {}, page), limit)).toEqual(items);
      const inRegion = async (...regions: string[]): Promise<string[]> =>
        (await all((page) => listProposals(store, { regions }, page), 2)).map(({ kind }) => kind);
      expect(await inRegion('MA-01')).toEqual(['erasure', 'payee-account']);
      expect(await inRegion('MA-02')).toEqual(['facts', 'recertification', 'reinstatement']);
      expect(await inRegion('MA-03')).toEqual(['outcome', 'break']);
      expect(await inRegion('MA-04')).toEqual(['waiver']);
      expect(await inRegion('MA-99')).toEqual([]);
      expect(await inRegion()).toEqual([]);
      expect((await listProposals(store, { kinds: ['erasure'] })).items).toMatchObject([
        { kind: 'erasure', personId, region: 'MA-01' },
      ]);
      expect((await listProposals(store, { programmeId: 'other' })).items).toEqual([]);
      const before = await everyRow(store);
      await runner.rebuild({ verify: true });
      expect(await everyRow(store)).toEqual(before);

      log.push(...answered);
      await runner.catchUp();
      expect((await listProposals(store)).items).toEqual([]);
      expect((await runner.rebuild({ verify: true })).identical).toBe(true);
    } finally {
      await store.close();
    }
  });

  it('two words about one matter stand together, and a page may end between them', async () => {
    const store = await engine.open();
    try {
      const record = recorder();
      const by = (actor: string, months: number): Recorded =>
        record(
          'programme-asd',
          exampleOf('BackdatingLimitProposed', { programmeId: 'asd', months }),
          actor,
        );
      const told = [
        record('programme-asd', exampleOf('ProgrammeDefined', { programmeId: 'asd' })),
        by('first', 24),
        record('programme-asd', exampleOf('ChecksProposed', { programmeId: 'asd' }), 'third'),
        by('second', 36),
      ];
      const log = new ArrayLog(told);
      await new ProjectionRunner({ store, projections: PROJECTIONS, log }).catchUp();
      for (const limit of [1, 2, 3]) {
        const items = await all((page) => listProposals(store, {}, page), limit);
        expect(items.map(({ proposedBy }) => proposedBy)).toEqual(['first', 'second', 'third']);
      }
    } finally {
      await store.close();
    }
  });
});
