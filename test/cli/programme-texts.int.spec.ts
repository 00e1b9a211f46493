import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readJsonFile } from '../../src/cli/json-file.js';
import { readProgrammeFile, readSettingFile } from '../../src/cli/programme-file.js';
import { asdPolicies, asdProgramme } from '../../src/eligibility/reference/asd.js';
import { parseJson } from '../../src/http/parse-json.js';
import { validated } from '../../src/http/validate.js';
import { DomainError } from '../../src/kernel/errors.js';
import {
  DefineProgramme,
  PublishPolicy,
  SetPaymentTerms,
} from '../../src/programme/programme.commands.js';
import { having } from '../support/having.js';
import { termsOf } from '../support/payment-terms.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Whatever a text may be, the files of the command line and the bodies of requests take alike. */

const TEXTS = [
  'Aide',
  'مساعدة',
  'two\nlines',
  'a\ttab',
  'turned \u202e round',
  'none \u0000',
  'half \ud800',
  'lost \ufffd',
  '\u200b',
  '   ',
  '...',
];
const whole = { programme: asdProgramme, policies: [asdPolicies[0]!] };
const terms = termsOf(
  { address: { street: 'Rue', town: 'Rabat', country: 'MA' } },
  { remittance: 'Aide {period}' },
);

const dir = temporaryFolder('texts');
const path = join(dir, 'file.json');

const inFile = (said: object): void => writeFileSync(path, JSON.stringify(said));
const body = (said: unknown): unknown => parseJson(Buffer.from(JSON.stringify(said)));
/** The code and the field of the refusal; undefined where it is taken. */
function refusalOf(read: () => unknown): readonly (string | undefined)[] | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return [error.code, error.field];
    throw error;
  }
}

describe('the texts of a file', () => {
  test('are taken as they are where they are good', () => {
    inFile(whole);
    expect(readProgrammeFile(path)).toEqual(JSON.parse(JSON.stringify(whole)));
    inFile(terms);
    expect(readSettingFile(path, 'PaymentTermsSet', 'asd')).toMatchObject(terms);
    expect(refusalOf(() => validated(SetPaymentTerms, body(terms)))).toBeUndefined();
  });

  test.each(['name/fr', 'name/ar', 'name/en', 'debtor/name', 'timeZone'])(
    'of a programme are as a request has them: %s',
    (place) => {
      const differing = TEXTS.filter((text) => {
        const programme = having(asdProgramme, place, text);
        inFile({ ...whole, programme });
        const ofFile = refusalOf(() => readProgrammeFile(path));
        const ofRequest = refusalOf(() => validated(DefineProgramme, body(programme)));
        const expected = ofRequest && [ofRequest[0], `programme/${ofRequest[1]}`];
        return JSON.stringify(ofFile) !== JSON.stringify(expected);
      });
      expect(differing).toEqual([]);
    },
  );

  test.each(['legalBasis', 'policy/criteria/0/text/ar'])(
    'of a policy are as a request has them: %s',
    (place) => {
      const differing = TEXTS.filter((text) => {
        const policy = having(asdPolicies[0]!, place, text);
        inFile({ ...whole, policies: [policy] });
        const ofFile = refusalOf(() => readProgrammeFile(path));
        const ofRequest = refusalOf(() => validated(PublishPolicy, body(policy)));
        const expected = ofRequest && [ofRequest[0], `policies/0/${ofRequest[1]}`];
        return JSON.stringify(ofFile) !== JSON.stringify(expected);
      });
      expect(differing).toEqual([]);
    },
  );

  test.each([
    'remittance',
    'accounts/0/name',
    'accounts/0/address/street',
    'accounts/0/address/town',
  ])('of terms are as a request has them: %s', (place) => {
    const differing = TEXTS.filter((text) => {
      const said = having(terms, place, text);
      inFile(said);
      const ofFile = refusalOf(() => readSettingFile(path, 'PaymentTermsSet', 'asd'));
      const ofRequest = refusalOf(() => validated(SetPaymentTerms, body(said)));
      return JSON.stringify(ofFile) !== JSON.stringify(ofRequest);
    });
    expect(differing).toEqual([]);
  });

  test.each([
    ['{"a":[{"b":"\\ud800"}]}', 'INVALID_TEXT', 'a/0/b'],
    ['{"a":{"\\u0000":1}}', 'INVALID_TEXT', 'a'],
    ['"\\u0000"', 'INVALID_TEXT', 'file'],
    ['{"a":{"__proto__":1}}', 'UNKNOWN_FIELD', 'a/__proto__'],
    ['{"\\u0063onstructor":1}', 'UNKNOWN_FIELD', 'constructor'],
  ])('of any JSON: %s', (text, code, field) => {
    writeFileSync(path, text);
    expect(refusalOf(() => readJsonFile(path))).toEqual([code, field]);
  });
});
