import { DomainError } from '../../../src/kernel/errors.js';
import { parseMapping } from '../../../src/tabular/mapping.js';
import { referenceMapping } from '../../../src/tabular/reference-mapping.js';
import { holds, refusedWell, type FuzzTarget } from '../target.js';
import { HEADER, LINES, readAllHouseholds, requireAccounted } from './households.js';

const FIELDS = referenceMapping.fields;
const REPEATED = {
  ...referenceMapping,
  fields: {
    ...FIELDS,
    'facts.children': {
      repeat: { columns: ['enfant_{n}_naissance', 'enfant_{n}_ecole'], from: 1, to: 3 },
      birthMonth: { column: 'enfant_{n}_naissance', month: 'mm/yyyy', optional: true },
    },
  },
};
const FILE = [HEADER, ...LINES].join('\n');

export const mappings: FuzzTarget = {
  seeds: [JSON.stringify(referenceMapping), JSON.stringify(REPEATED)],
  words: [
    '"optional":true',
    '"default":"x"',
    '"date":"yyyy-mm-dd"',
    '"scale":12',
    '{n}',
    '"repeat"',
  ],
  async check(input) {
    let mapping;
    try {
      mapping = parseMapping(input.toString('utf8'));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      holds(error.field !== undefined && error.field !== '', 'it names no place of the mapping');
      return refusedWell(error);
    }
    const read = await readAllHouseholds(FILE, mapping);
    if (read instanceof DomainError) return refusedWell(read);
    requireAccounted(read);
    return read.rows.length > 0 ? 'reads households' : 'refuses each line';
  },
};
