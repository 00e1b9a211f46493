import type { EventData, EventType } from '../../events/generated.js';
import { ContractError, EventRegistry } from '../../events/registry.js';
import { compilePolicy } from '../eligibility/policy.js';
import type { Policy } from '../eligibility/rules.js';
import { DomainError } from '../kernel/errors.js';
import { faultOfName, faultOfText, tidyName } from '../kernel/text.js';
import type { PolicyPublication, ProgrammeDefinition } from '../programme/set-up.rule.js';
import { readJsonFile } from './json-file.js';

const invalid = (field: string, reason: string): DomainError =>
  new DomainError(
    'INVALID_FIELD',
    `${field === '' ? 'The file' : `${field} in the file`} ${reason}.`,
    'invalid',
    field === '' ? 'file' : field,
  );

/** An object of a file, of which nothing else is known yet. */
type Said = object & {
  readonly [field in 'programme' | 'policies' | 'policy' | 'programmeId']?: unknown;
};

/** @param place in the file; '' of the file itself. @throws DomainError INVALID_FIELD */
function objectAt(value: unknown, place: string): Said {
  if (value === undefined) throw invalid(place, 'is missing');
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(place, 'must be an object');
  return value;
}

const inWords = (reason: string): string =>
  reason.startsWith('must have required property') ? 'is missing' : reason;

const onOneLine = (text: string): string | undefined => faultOfText(text, 'one');
const onLines = (text: string): string | undefined => faultOfText(text);
const asName = (text: string): string | undefined => faultOfName(tidyName(text));
/** The texts of an event by their place, each by the rule that its field of a request has. */
const TEXTS: Readonly<
  Partial<Record<EventType, readonly (readonly [RegExp, (text: string) => string | undefined])[]>>
> = {
  ProgrammeDefined: [
    [/^name\/(fr|ar|en)$/, onOneLine],
    [/^debtor\/name$/, asName],
    [/^timeZone$/, onLines],
  ],
  PolicyPublished: [[/^legalBasis$/, onLines]],
  PaymentTermsSet: [
    [/^remittance$/, onOneLine],
    [/^accounts\/[0-9]+\/name$/, asName],
    [/^accounts\/[0-9]+\/address\/[a-zA-Z]+$/, onLines],
  ],
};

/** @throws DomainError INVALID_TEXT with the field */
function requireTexts(type: EventType, value: unknown, file: string, place = ''): void {
  if (typeof value === 'string') {
    const fault = TEXTS[type]?.find(([where]) => where.test(place))?.[1](value);
    if (fault === undefined) return;
    const field = [file, place].filter((part) => part !== '').join('/');
    throw new DomainError('INVALID_TEXT', `${field} in the file ${fault}.`, 'invalid', field);
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value))
    requireTexts(type, one, file, place === '' ? key : `${place}/${key}`);
}

/**
 * Holds what a file says against the form that its event has now, and its texts against their
 * rules.
 * @throws DomainError INVALID_FIELD, INVALID_TEXT
 */
function requireForm(type: EventType, data: unknown, place: string): void {
  const registry = new EventRegistry();
  try {
    registry.validate(type, registry.latestVersion(type), data);
  } catch (error) {
    if (!(error instanceof ContractError)) throw error;
    const field = [place, error.field].filter((part) => part !== '').join('/');
    throw invalid(field, inWords(error.message.replace(/^[^:]*: /, '')));
  }
  requireTexts(type, data, place);
}

/**
 * What a file says of one thing of a programme, as its event has it. Looked at before any data
 * folder is opened, or made.
 * @throws DomainError FILE_UNREADABLE, MALFORMED_JSON, INVALID_FIELD and INVALID_TEXT with the
 * field
 */
export function readSettingFile<T extends 'PaymentTermsSet' | 'ChecksConfigured'>(
  path: string,
  type: T,
  programmeId: string,
): EventData[T] {
  const said: object = { ...objectAt(readJsonFile(path), ''), programmeId };
  requireForm(type, said, '');
  return said as EventData[T];
}

/** Stands where a hash is taken of what is read, once it is known to have the right form. */
const NO_HASH = '0'.repeat(64);

/**
 * A programme and its policies, {programme, policies}. Looked at before any data folder is opened,
 * or made.
 * @throws DomainError FILE_UNREADABLE, MALFORMED_JSON, POLICY_INVALID, INVALID_FIELD and
 * INVALID_TEXT with
 *   the field, such as "policies/0/legalBasis"
 */
export function readProgrammeFile(path: string): {
  readonly programme: ProgrammeDefinition;
  readonly policies: readonly PolicyPublication[];
} {
  const { programme: given, policies } = objectAt(readJsonFile(path), '');
  const programme = objectAt(given, 'programme');
  requireForm('ProgrammeDefined', programme, 'programme');
  if (policies === undefined) throw invalid('policies', 'is missing');
  if (!Array.isArray(policies)) throw invalid('policies', 'must be a list');
  for (const [i, each] of (policies as readonly unknown[]).entries()) {
    const place = `policies/${i}`;
    const said = objectAt(each, place);
    // What is wrong within a policy is told better by who reads policies.
    compilePolicy(objectAt(said.policy, `${place}/policy`) as Policy);
    const event = { programmeId: programme.programmeId, ...said, contentHash: NO_HASH };
    requireForm('PolicyPublished', event, place);
  }
  return {
    programme: programme as ProgrammeDefinition,
    policies: policies as readonly PolicyPublication[],
  };
}
