import { masked, refusalIn } from '../../../src/adapters/payment-rail/govstack/refusal.js';
import { parseJson } from '../../../src/http/parse-json.js';
import type { Request } from '../../../src/http/call.js';
import { DomainError } from '../../../src/kernel/errors.js';
import { functionalIdOf, LENGTHS, personIdOf } from '../../../src/kernel/govstack.js';
import { uuidOf } from '../../../src/kernel/ids.js';
import {
  HandedTransferBody,
  ValidateAccountsBody,
} from '../../../src/use-cases/govstack/batch.http.js';
import {
  AccountsLookupBody,
  RegisterBeneficiaryBody,
  UpdateBeneficiaryBody,
} from '../../../src/use-cases/govstack/beneficiary.http.js';
import {
  BatchStatusBody,
  OnboardingResultBody,
  ValidationResultBody,
} from '../../../src/use-cases/govstack/callback.http.js';
import { bodyOf, taken } from '../../../src/use-cases/govstack/published-endpoint.js';
import { valid } from '../bodies.js';
import { holds, refusedWell, type FuzzTarget } from '../target.js';

const FORMS = [
  ...[ValidateAccountsBody, HandedTransferBody, RegisterBeneficiaryBody, UpdateBeneficiaryBody],
  ...[AccountsLookupBody, BatchStatusBody, ValidationResultBody, OnboardingResultBody],
];
const TAKEN = [
  { name: 'X-CorrelationID', max: 20 },
  { name: 'batchId', max: LENGTHS.batchId, optional: true },
  { name: 'type', values: ['raw'], optional: true },
];

/** Whatever a block answers, what is told of it is short, on one line and about nobody. */
function requireMasked(text: string): void {
  const told = refusalIn({ status: 400, text });
  holds(told.length < 5_000 && !/[\r\n\u2028\u2029]/.test(told), 'a refusal is not one line');
  holds(!/\d{5}/.test(told.replace(/status \d+/, '')), 'a refusal quotes a number');
  holds(masked(text, 200).length <= 200, 'it is longer than it may be');
}

function requireIds(text: string): void {
  const person = personIdOf(text.slice(0, LENGTHS.payeeIdentity));
  if (person === undefined) return;
  holds(
    functionalIdOf(person) === text.slice(0, LENGTHS.payeeIdentity),
    'two ids are of one person',
  );
}

function accepted(request: Request): number {
  let count = 0;
  for (const form of FORMS as (new () => object)[])
    try {
      bodyOf(form, request);
      count += 1;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refusedWell(error);
    }
  return count;
}

export const govstackForms: FuzzTarget = {
  seeds: [
    ...(FORMS as (new () => object)[]).map((form) => JSON.stringify(valid(form))),
    functionalIdOf(uuidOf('person', 1)),
    JSON.stringify({ errors: [{ code: '400', message: 'account 1234 5678 9012 is unknown' }] }),
  ],
  words: [
    '"amount":1e21',
    '"amount":-0',
    '"TotalTransactions":2',
    '~',
    '{"query":{}}',
    '"result_file":null',
  ],
  check(input) {
    const text = input.toString('utf8');
    requireMasked(text);
    requireIds(text);
    let body: unknown;
    try {
      body = parseJson(input);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return refusedWell(error);
    }
    const query = { 'X-CorrelationID': text.slice(0, 30), type: text.slice(0, 3) };
    try {
      taken({ query, headers: {}, body } as Partial<Request> as Request, 'query', TAKEN);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refusedWell(error);
    }
    return accepted({ body } as Partial<Request> as Request) > 0 ? 'taken' : 'refused by each form';
  },
};
