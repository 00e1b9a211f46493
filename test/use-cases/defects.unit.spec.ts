import { describe, expect, test } from '@jest/globals';
import { EventRegistry } from '../../events/registry.js';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { DomainError, StoreError } from '../../src/kernel/errors.js';
import { streams } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { recordUnits, type Recording } from '../../src/write-side/record.js';
import { part, type Part, type Unit } from '../../src/write-side/unit.js';
import { MemoryStore } from '../support/memory-store.js';

const registry = new EventRegistry();
const actor = { id: 'meryem', role: 'programme-manager' } as const;

const defining = (programmeId: string): Part =>
  part(streams.programme(programmeId), programmeDecider, {
    type: 'DefineProgramme',
    ...asdProgramme,
    programmeId,
  });
/** Defines a programme, or meets what is thrown. */
const unit = (programmeId: string, thrown?: Error): Unit => {
  const one = defining(programmeId);
  const decide = (): never => {
    throw thrown!;
  };
  return { verb: 'define', key: programmeId, parts: [thrown ? { ...one, decide } : one] };
};
const recorded = (units: readonly Unit[], each: boolean): Promise<readonly Recording[]> =>
  recordUnits(
    { store: new MemoryStore(), registry, now: () => '2026-02-10T09:00:00.000Z', each },
    units,
    { actor, correlationId: '00000000-0000-4000-8000-000000000001' },
  );
const told = (results: readonly Recording[]): readonly string[] =>
  results.map((one) => (one.kind === 'refused' ? one.error.code : one.kind));
const defect = (): Error => new TypeError('x of Amina is undefined');

describe('a defect that one of many meets', () => {
  test('is its own, and the others are recorded', async () => {
    const results = await recorded([unit('aa'), unit('bb', defect()), unit('cc')], true);
    expect(told(results)).toEqual(['recorded', 'INTERNAL_ERROR', 'recorded']);
    const [, refused] = results;
    expect(refused).toMatchObject({ error: { detail: expect.stringContaining('TypeError') } });
    expect(JSON.stringify(refused)).not.toContain('Amina');
  });

  test('is its own also where it is asked for by itself', async () => {
    expect(told(await recorded([unit('aa', defect())], true))).toEqual(['INTERNAL_ERROR']);
  });

  test('is everybody’s where all meet one, or where nobody tells what was refused', async () => {
    const all = [unit('aa', defect()), unit('bb', defect())];
    await expect(recorded(all, true)).rejects.toThrow(TypeError);
    const one = [unit('aa'), unit('bb', defect())];
    await expect(recorded(one, false)).rejects.toThrow(TypeError);
  });

  test('is no refusal, and no failure of what the log stands on', async () => {
    const refusal = new DomainError('PROGRAMME_NOT_FOUND', 'No.', 'not-found');
    const refused = [unit('aa', refusal), unit('bb', refusal)];
    expect(told(await recorded(refused, true))).toEqual(refused.map(() => refusal.code));
    const away = new StoreError('STORE_FAILED', 'away');
    await expect(recorded([unit('aa'), unit('bb', away)], true)).rejects.toBe(away);
  });
});
