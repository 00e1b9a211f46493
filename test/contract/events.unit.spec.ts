import { describe, expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemas, type EventType, type PublishedSchema } from '../../events/generated.js';
import { ContractError, EventRegistry } from '../../events/registry.js';
import { canonicalJson, sha256Hex } from '../../src/kernel/canonical.js';

const EVENTS = join(process.cwd(), 'events');
const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const schemaOf = ({ aggregate, type, version }: PublishedSchema): object =>
  read(join(EVENTS, aggregate, `${type}.v${version}.schema.json`)) as object;
const exampleOf = ({ aggregate, type, version }: PublishedSchema): object =>
  read(join(EVENTS, aggregate, 'examples', `${type}.v${version}.json`)) as object;
type Released = Record<string, { readonly schema: string; readonly example: string }>;

/** What is wrong with the contract as it stands against what was released. */
function brokenPromises(
  released: Released,
  contract: readonly { readonly name: string; readonly schema: object; readonly example: object }[],
): string[] {
  const broken: string[] = [];
  for (const [name, hashes] of Object.entries(released)) {
    const now = contract.find((entry) => entry.name === name);
    if (!now) broken.push(`${name}: was released and is gone`);
    else {
      if (sha256Hex(canonicalJson(now.schema)) !== hashes.schema)
        broken.push(`${name}: its schema changed after it was released`);
      if (sha256Hex(canonicalJson(now.example)) !== hashes.example)
        broken.push(`${name}: its example changed after it was released`);
      if (!new Ajv({ strict: false }).compile(now.schema)(now.example))
        broken.push(`${name}: its example no longer fits`);
    }
  }
  for (const { name } of contract)
    if (!released[name]) broken.push(`${name}: is not released; run npm run release-schemas`);
  return broken;
}

const contract = schemas.map((entry) => ({
  name: `${entry.type}@${entry.version}`,
  schema: schemaOf(entry),
  example: exampleOf(entry),
}));
const released = read(join(EVENTS, 'released.json')) as Released;

describe('the contract', () => {
  const registry = new EventRegistry();

  test.each(schemas.map((entry) => [`${entry.type} v${entry.version}`, entry] as const))(
    '%s has an example that fits, and refuses what does not',
    (_name, entry) => {
      const example = exampleOf(entry) as Record<string, unknown>;
      registry.validate(entry.type, entry.version, example);
      expect(() =>
        registry.validate(entry.type, entry.version, { ...example, unheardOf: 1 }),
      ).toThrow(ContractError);
      const [first] = Object.keys(example);
      const { [first!]: _gone, ...less } = example;
      expect(() => registry.validate(entry.type, entry.version, less)).toThrow(ContractError);
    },
  );

  test('an error names the type, the version and the field', () => {
    const example = exampleOf(schemas.find((entry) => entry.type === 'PaymentOrdered')!) as Record<
      string,
      unknown
    >;
    const items = [{ ...(example['items'] as object[])[0], amountMinor: '12.5' }];
    expect(() => registry.validate('PaymentOrdered', 1, { ...example, items })).toThrow(
      expect.objectContaining({
        code: 'EVENT_INVALID',
        type: 'PaymentOrdered',
        version: 1,
        field: 'items/0/amountMinor',
      }),
    );
    expect(() => registry.validate('PaymentOrdered', 9, example)).toThrow(
      expect.objectContaining({ code: 'EVENT_VERSION_UNKNOWN' }),
    );
    expect(() => registry.validate('PaymentInvented', 1, example)).toThrow(
      expect.objectContaining({ code: 'EVENT_TYPE_UNKNOWN' }),
    );
  });

  test('every example has a schema', () => {
    const names = new Set(
      schemas.map((entry) => `${entry.aggregate}/${entry.type}.v${entry.version}.json`),
    );
    for (const aggregate of readdirSync(EVENTS)) {
      const folder = join(EVENTS, aggregate, 'examples');
      if (existsSync(folder))
        for (const file of readdirSync(folder)) expect(names).toContain(`${aggregate}/${file}`);
    }
  });

  test("schemas are closed, but where the programme's own policy types the content", () => {
    const open: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      const schema = node as Record<string, unknown>;
      if (schema['type'] === 'object' && schema['additionalProperties'] !== false)
        open.push(path.split('/').at(-1)!);
      for (const [key, value] of Object.entries(schema))
        walk(value, key === 'properties' ? path : `${path}/${key}`);
    };
    for (const { schema, type } of schemas) walk(schema, type);
    expect([...new Set(open)].sort()).toEqual(['facts', 'factsSchema', 'inputs']);
  });

  test('no event has a field for personal data', () => {
    const personal =
      /^(nationalId|cin|firstName|lastName|givenName|familyName|birthDate|phone|email|address|iban|rib|accountNumber|holder|nameArabic)$/i;
    const found: string[] = [];
    const walk = (node: unknown, path: string): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, value] of Object.entries(node as Record<string, unknown>)) {
        if (personal.test(key)) found.push(`${path}/${key}`);
        walk(value, `${path}/${key}`);
      }
    };
    for (const { schema, type } of schemas)
      walk((schema as { properties: object }).properties, type);
    // The programme's own account is public money, and where its treasury sits is no secret.
    expect(found).toEqual([
      'PaymentTermsProposed/accounts/items/properties/address',
      'PaymentTermsSet/accounts/items/properties/address',
      'ProgrammeDefined/debtor/properties/iban',
    ]);
  });
});

describe('what was released', () => {
  test('still holds', () => {
    expect(brokenPromises(released, contract)).toEqual([]);
  });

  test('a schema that is changed after its release is found, and so is one that is dropped, or a changed example', () => {
    const [first, second, third, ...others] = contract;
    const tampered = [
      { ...first!, schema: { ...first!.schema, required: [] } },
      { ...second!, example: { ...second!.example, reason: 'another' } },
      ...others,
    ];
    expect(brokenPromises(released, tampered)).toEqual(
      expect.arrayContaining([
        `${first!.name}: its schema changed after it was released`,
        `${second!.name}: its example changed after it was released`,
        `${third!.name}: was released and is gone`,
      ]),
    );
  });

  test('a schema that was not released is found', () => {
    expect(
      brokenPromises(released, [
        ...contract,
        { name: 'PaymentImagined@1', schema: { type: 'object' }, example: {} },
      ]),
    ).toEqual([expect.stringContaining('PaymentImagined@1')]);
  });
});

describe('an event of an older version', () => {
  const type: EventType = 'AppealLodged';
  const v1 = schemas.find((entry) => entry.type === type)!;
  const v2: PublishedSchema = {
    ...v1,
    version: 2,
    schema: {
      type: 'object',
      additionalProperties: false,
      required: ['applicationId', 'grounds', 'language'],
      properties: {
        applicationId: { type: 'string' },
        grounds: { type: 'string' },
        language: { enum: ['fr', 'ar', 'en'] },
      },
    },
  };
  const lift = (data: { applicationId: string; grounds: string }): object => ({
    ...data,
    language: 'fr',
  });

  test('is lifted to the newest when it is read, and what was stored stays', () => {
    const registry = new EventRegistry([...schemas, v2], { [type]: { 1: lift } });
    const stored = exampleOf(v1);
    const before = JSON.stringify(stored);
    expect(registry.latestVersion(type)).toBe(2);
    expect(registry.read(type, 1, stored)).toEqual({ ...stored, language: 'fr' });
    expect(JSON.stringify(stored)).toBe(before);
    expect(() => registry.read(type, 2, stored)).toThrow(ContractError);
  });

  test.each([
    'PaymentAccepted',
    'PaymentBreakRecorded',
    'PaymentOutcomeUnknown',
    'PaymentRejected',
    'PaymentReturned',
    'PaymentSettled',
  ] as const)('%s of version 1 reads as version 2, whose source is open', (name) => {
    const registry = new EventRegistry();
    const old = exampleOf(schemas.find((entry) => entry.type === name)!) as { source: string };
    expect(registry.read(name, 1, old)).toEqual(old);
    for (const source of ['wallet-operator', 'pacs.004', 'http', 'camt.053'])
      registry.validate(name, 2, { ...old, source });
    for (const source of ['', 'x', 'Wallet', 'wallet operator', '4wallet', 'a'.repeat(32)])
      expect(() => registry.validate(name, 2, { ...old, source })).toThrow(ContractError);
    expect(() => registry.validate(name, 1, { ...old, source: 'wallet-operator' })).toThrow(
      ContractError,
    );
  });

  test('cannot be read where no upcast leads on, nor where the upcast makes something that does not fit', () => {
    expect(() => new EventRegistry([...schemas, v2], {}).read(type, 1, exampleOf(v1))).toThrow(
      expect.objectContaining({ code: 'EVENT_VERSION_UNKNOWN' }),
    );
    const wrong = new EventRegistry([...schemas, v2], {
      [type]: { 1: (data: object) => ({ ...data, language: 'de' }) },
    });
    expect(() => wrong.read(type, 1, exampleOf(v1))).toThrow(
      expect.objectContaining({ code: 'EVENT_INVALID', version: 2, field: 'language' }),
    );
  });
});
