import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import type { EventData } from '../../events/generated.js';
import { ContractError, EventRegistry } from '../../events/registry.js';
import { CLOSING, opening, transfer } from '../../src/adapters/payment-rail/iso20022/pain001.js';
import { isoSchemas } from '../../src/adapters/payment-rail/iso20022/xsd.js';
import type { Instruction } from '../../src/adapters/payment-rail/port.js';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { fold } from '../../src/kernel/decider.js';
import { DomainError } from '../../src/kernel/errors.js';
import { parseLocalDate } from '../../src/kernel/time.js';
import { endToEndIdOf, messageIdOf } from '../../src/payment/instruction-ids.rule.js';
import { accountNumber } from '../../src/person/account-number.rule.js';
import { personName } from '../../src/person/personal.js';
import { paymentTerms } from '../../src/programme/payment-terms.js';
import { programmeDecider, type ProgrammeCommand } from '../../src/programme/programme.decider.js';
import { messagePart } from '../../src/use-cases/instructions/message-namer.rule.js';
import type { PayingAccount } from '../../src/write-side/readers.js';
import { by, was } from '../deciders/given.js';
import { leaveOut } from '../support/left-out.js';
import { hasSchema, schemas } from './pain001.fixtures.js';

const RUNS = 1_000;
const registry = new EventRegistry();
const check = isoSchemas(schemas);

/** What somebody may type, paste, or send to do harm. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ maxLength: 150 }),
  fc.constantFrom(
    'Trésorerie & <Cie>',
    'فاطمة الزهراء',
    'ⴼⴰⵟⵉⵎⴰ',
    '王小明',
    'አበበ',
    'Ελένη',
    '𞤀𞤣',
    '/A//B/',
    ']]>&amp;<!-- \'"',
    '٤٢',
    '½',
    '{programme}{period}',
    'ß'.repeat(140),
    ' - ',
  ),
);
const matching = (pattern: RegExp): fc.Arbitrary<string> =>
  fc.oneof({ weight: 9, arbitrary: fc.stringMatching(pattern) }, { weight: 1, arbitrary: text });
const bic = fc.oneof(
  fc.constantFrom('BCMAMAMC', 'BCMAMAMCXXX', 'B1MAMAMC', 'BCMAMA0O', 'bcmamamc'),
  matching(/^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/),
);
const country = fc.constantFrom('MA', 'XX', 'KE');
const reference = matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,34}$/);
const scheme = matching(/^[A-Z0-9]{1,4}$/);

const account = fc.record(
  {
    accountId: matching(/^[A-Z0-9]{1,8}$/),
    name: text,
    bic,
    kind: fc.constantFrom('iban', 'rib'),
    number: fc.constantFrom(asdProgramme.debtor.iban, asdProgramme.debtor.iban.slice(4)),
    format: fc.constantFrom('pain.001.001.09', 'pain.001.001.03'),
    characters: fc.constantFrom('unicode', 'latin'),
    maxPerFile: fc.constant(100),
    initiatorId: reference,
    chargeBearer: fc.constantFrom('SLEV', 'SHAR', 'DEBT', 'CRED'),
    serviceLevel: scheme,
    identifier: reference,
    identifierScheme: scheme,
    address: fc.record(
      { street: text, building: text, postCode: text, town: text, country },
      { requiredKeys: ['country'] },
    ),
    payeeCountry: country,
    callingCode: matching(/^[1-9][0-9]{0,2}$/),
    documentScheme: scheme,
    payeeAgents: fc.array(
      fc.record({ bank: fc.constantFrom('011', 'wallet', 'cash', '007'), bic }),
      { maxLength: 3 },
    ),
  },
  {
    requiredKeys: [
      'accountId',
      'name',
      'bic',
      'kind',
      'number',
      'format',
      'characters',
      'maxPerFile',
    ],
  },
);
const payee = fc.record({
  name: text,
  account: fc.oneof(
    fc.record({
      kind: fc.constant('iban' as const),
      number: fc.constant(asdProgramme.debtor.iban),
    }),
    fc.record({
      kind: fc.constant('rib' as const),
      number: fc.constant(asdProgramme.debtor.iban.slice(4)),
    }),
    fc.record({
      kind: fc.constant('wallet' as const),
      number: matching(/^(\+[1-9][0-9]{7,14}|0[5-7][0-9]{8})$/),
    }),
    fc.record({ kind: fc.constant('cash' as const), number: matching(/^[A-Z0-9]{4,24}$/) }),
  ),
});
const day = fc.oneof(
  fc.constantFrom('0000-01-01', '0001-01-01', '9999-12-31', '2024-02-29'),
  matching(/^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/),
);

/** Undefined where it is refused; any other failure is one of the test. */
function taken<T>(take: () => T): T | undefined {
  try {
    return take();
  } catch (error) {
    if (error instanceof DomainError || error instanceof ContractError) return undefined;
    throw error;
  }
}
/** What a decider records and its schema takes: every door ends here, and some begin here. */
const decided = (command: ProgrammeCommand, state = programmeDecider.initialState) =>
  taken(() => {
    const drafts = programmeDecider.decide(state, command, by('meryem', 'programme-manager'));
    for (const { type, data } of drafts)
      registry.validate(type, registry.latestVersion(type), data);
    return drafts;
  });

async function written(
  paying: PayingAccount,
  programmeId: string,
  executionDate: string,
  payment: Pick<Instruction, 'payee' | 'remittance'>,
): Promise<void> {
  const { debtor, format, characters } = paying;
  const paymentId = `${programmeId}-2025-12-6b0e5c4e-6c2c-4a3d-9a58-1a5fbb4ae001`;
  const outline = { debtor, format, characters, currency: 'MAD', executionDate };
  const head = {
    ...outline,
    messageId: messageIdOf(programmeId, '2025-12', messagePart(paying, 'R0001')),
    createdAt: '2025-12-01T10:00:00.000Z',
    count: 1,
    totalMinor: 50_000n,
  };
  const instruction: Instruction = {
    ...payment,
    paymentId,
    attempt: 1,
    endToEndId: endToEndIdOf(paymentId, 1),
    amountMinor: 50_000n,
    currency: 'MAD',
  };
  const xml = opening(head) + transfer(instruction, outline) + CLOSING;
  if (hasSchema) await check(format, xml);
  else XmlDocument.fromString(xml).dispose();
}

describe('what is taken at a door', () => {
  test('can be written in the message of its account, and fits the schema', async () => {
    if (!hasSchema)
      leaveOut(
        'What is taken was not held against pain.001: the schemas are not at hand (set REFERENCE_DATA).',
      );
    let count = 0;
    const programmeId = fc.stringMatching(/^[a-z][a-z0-9]{1,30}$/);
    await fc.assert(
      fc.asyncProperty(
        programmeId,
        fc.record({ name: text, iban: fc.constant(asdProgramme.debtor.iban), bic }),
        text,
        account,
        payee,
        day,
        async (id, debtor, remittance, paying, { name, account: of }, executionDate) => {
          const definition = { ...asdProgramme, programmeId: id, debtor };
          const whom = taken(() => ({
            name: personName(name, 'name'),
            kind: of.kind,
            account: accountNumber(of, 'number'),
          }));
          const on = taken(() => parseLocalDate(executionDate));
          if (!whom || !on) return;
          const accounts = [paying] as EventData['PaymentTermsSet']['accounts'];
          const defined = { ...asdProgramme, programmeId: id };
          const terms = decided(
            { type: 'SetPaymentTerms', programmeId: id, remittance, accounts },
            fold(programmeDecider, [was('ProgrammeDefined', defined)]),
          )
            ? paymentTerms(defined, { programmeId: id, remittance, accounts })
            : undefined;
          const own = decided({ type: 'DefineProgramme', ...definition })
            ? paymentTerms(definition)
            : undefined;
          for (const set of [terms, own]) {
            if (!set) continue;
            count += 1;
            const payment = { payee: whom, remittance: set.remittanceOf('2025-12') };
            await written(set.accounts[0]!, id, on, payment);
          }
        },
      ),
      { numRuns: RUNS },
    );
    expect(count).toBeGreaterThan(20);
  });
});
