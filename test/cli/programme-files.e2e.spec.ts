import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readProgrammeFile, readSettingFile } from '../../src/cli/programme-file.js';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import { referenceMapping } from '../../src/tabular/reference-mapping.js';
import { having } from '../support/having.js';
import { termsOf } from '../support/payment-terms.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Another file than the one that was meant is told so, and nothing is made for it. */

const dir = temporaryFolder('files');
const data = join(dir, 'data');

const written = async (what: unknown): Promise<string> => {
  const path = join(dir, 'file.json');
  await writeFile(path, JSON.stringify(what));
  return path;
};
const thrown = async (read: () => unknown): Promise<unknown> => {
  try {
    return read();
  } catch (error) {
    return error;
  }
};
const sanad = (...args: readonly string[]): Promise<{ code: unknown; err: string }> =>
  new Promise((resolve) => {
    const who = ['--data', data, '--as', 'm.berrada'];
    execFile(process.execPath, ['bin/sanad.mjs', ...args, ...who], (error, _, err) =>
      resolve({ code: error ? error.code : 0, err }),
    );
  });

const { name: _, ...nameless } = asdProgramme;
const { legalBasis: __, ...baseless } = asdPolicies[0]!;
const terms = termsOf();
const whole = { programme: asdProgramme, policies: asdPolicies };

describe('a file of a programme', () => {
  it.each<[string, unknown, string, string]>([
    ['nothing', null, 'file', 'must be an object'],
    ['a text', 'asd', 'file', 'must be an object'],
    ['a list', [whole], 'file', 'must be an object'],
    ['an empty object', {}, 'programme', 'is missing'],
    ['a mapping', referenceMapping, 'programme', 'is missing'],
    ['no programme', { ...whole, programme: null }, 'programme', 'must be an object'],
    ['a programme without a name', { ...whole, programme: nameless }, 'programme/name', 'missing'],
    ['no policies', { programme: asdProgramme }, 'policies', 'is missing'],
    ['policies that are no list', { ...whole, policies: {} }, 'policies', 'must be a list'],
    ['a policy that is none', { ...whole, policies: [null] }, 'policies/0', 'must be an object'],
    ['a policy short of a law', { ...whole, policies: [baseless] }, 'policies/0/legalBasis', 'mis'],
  ])('is refused with %s', async (_name, said, field, detail) => {
    const path = await written(said);
    expect(await thrown(() => readProgrammeFile(path))).toMatchObject({
      code: 'INVALID_FIELD',
      field,
      detail: expect.stringContaining(detail),
    });
  });

  it('is read where it is one, and its policies are tried', async () => {
    expect(readProgrammeFile(await written(whole))).toEqual(JSON.parse(JSON.stringify(whole)));
    const path = await written({ ...whole, policies: [{ ...asdPolicies[0], policy: {} }] });
    expect(await thrown(() => readProgrammeFile(path))).toMatchObject({ code: 'POLICY_INVALID' });
  });

  it('makes no data folder, and shows no stack, where it is another file', async () => {
    for (const said of [{}, null, referenceMapping]) {
      const { code, err } = await sanad('programmes', 'define', await written(said));
      expect([code, err]).toEqual([1, expect.stringContaining('INVALID_FIELD')]);
      expect(err.trim().split('\n')).toHaveLength(1);
    }
    for (const [said, refusal] of [
      [{ ...whole, policies: [] }, 'PROGRAMME_HAS_NO_POLICY'],
      [having(whole, 'programme/name/fr', 'Aide de QX731946'), 'PERSONAL_DATA_IN_TEXT'],
      [having(whole, 'policies/1/legalBasis', 'for QX731946'), 'PERSONAL_DATA_IN_TEXT'],
    ] as const) {
      const { code, err } = await sanad('programmes', 'define', await written(said));
      expect([code, err]).toEqual([1, expect.stringContaining(refusal)]);
      expect(err).not.toContain('731946');
    }
    expect(existsSync(data)).toBe(false);
  });
});

describe('a file of terms or checks', () => {
  it.each<['PaymentTermsSet' | 'ChecksConfigured', unknown, string]>([
    ['PaymentTermsSet', null, 'file'],
    ['PaymentTermsSet', [], 'file'],
    ['PaymentTermsSet', {}, 'remittance'],
    ['PaymentTermsSet', whole, 'remittance'],
    ['ChecksConfigured', null, 'file'],
    ['ChecksConfigured', {}, 'rules'],
    ['ChecksConfigured', { rules: 'none' }, 'rules'],
  ])('is refused where it is another: %s %p', async (type, said, field) => {
    const path = await written(said);
    const refused = { code: 'INVALID_FIELD', field };
    expect(await thrown(() => readSettingFile(path, type, 'asd'))).toMatchObject(refused);
  });

  it('carries nobody’s number, and is taken without', async () => {
    expect(await sanad('programmes', 'define')).toMatchObject({ code: 0 });
    const setTerms = async (remittance: string) =>
      sanad('programmes', 'terms', await written({ ...terms, remittance }), '--programme', 'asd');
    const { code, err } = await setTerms('Aide de QX731946');
    expect([code, err]).toEqual([1, expect.stringContaining('PERSONAL_DATA_IN_TEXT')]);
    expect(await setTerms('Aide {period}')).toMatchObject({ code: 0 });
  });

  it.each(['terms', 'checks'])('before the folder is looked for: %s', async (step) => {
    const path = await written({});
    const { err } = await sanad('programmes', step, path, '--programme', 'asd');
    expect(err).toContain('INVALID_FIELD');
  });
});
