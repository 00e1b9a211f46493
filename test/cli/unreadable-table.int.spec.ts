import { expect, it } from '@jest/globals';
import { DomainError } from '../../src/kernel/errors.js';
import { readMapping } from '../../src/tabular/mapping.js';
import { readHouseholds } from '../../src/tabular/read-households.js';
import { referenceMapping } from '../../src/tabular/reference-mapping.js';

const mapping = readMapping(referenceMapping);

it.each([
  ['whose header is not UTF-8', [0x72, 0xe9, 0x66, 0x3b, 0x6e, 0x6f, 0x6d]],
  ['without a header', [...Buffer.from('AB123456;Amina El Fassi;AB123456')]],
  ['with another header', [...Buffer.from('AB123456;Amina El Fassi')]],
])('refuses a file %s, and tells nothing that it has', async (_, first) => {
  const bytes = Buffer.concat([Buffer.from(first), Buffer.from('\nAB123456;Amina El Fassi\n')]);
  const reading = readHouseholds(
    (async function* () {
      yield bytes;
    })(),
    mapping,
  );
  const refusal = await reading.next().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(refusal).toBeInstanceOf(DomainError);
  expect(JSON.stringify([refusal, String(refusal)])).not.toMatch(/AB123456|Amina/);
});
