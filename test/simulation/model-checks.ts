import { cycleDecider } from '../../src/cycle/cycle.decider.js';
import { streams } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { part } from '../../src/shell/execute.js';
import type { Act } from './model-people.js';
import { definition, PROGRAMME } from './model-programme.js';

const FILE = { sha256: 'a'.repeat(64), count: 1, totalMinor: '1' };

/** The terms a programme pays under. */
export const checks: Readonly<Record<string, Act>> = {
  setTerms: (world, op) => world.run(op, 'programme-manager', part(streams.programme(PROGRAMME), programmeDecider, {
    type: 'SetPaymentTerms', programmeId: PROGRAMME, remittance: `Aide ${op.b} {period}`,
    accounts: [{ accountId: 'A', name: 'Trésorerie', bic: definition.debtor.bic, kind: 'iban', number: definition.debtor.iban, format: 'pain.001.001.03', characters: 'latin', maxPerFile: 1 + op.a }],
  })),
  recordReinstruction: (world, op) => {
    const state = world.cycles(op, 'instructed');
    if (state) world.run(op, 'automation', part(streams.cycle(state.cycleId), cycleDecider, { type: 'RecordReinstruction', files: [{ name: `R${op.b}.xml`, messageId: `R${op.b}`, ...FILE }] }));
  },
};
