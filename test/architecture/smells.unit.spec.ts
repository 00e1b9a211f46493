import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Smell {
  readonly name: string;
  readonly where: RegExp;
  readonly pattern: RegExp;
  /** A file and a text that must be found. */
  readonly sample: readonly [path: string, text: string];
}

const OURS = /^(src|projections|events|stand-in|examples)\//;
const ALL = /^(src|projections|events|stand-in|examples|test|bench)\//;
// Spelled in two parts, so that this file does not smell of itself.
const word = (...parts: readonly string[]): string => parts.join('');

const SMELLS: readonly Smell[] = [
  {
    name: 'aggregates are deciders, not classes',
    where: OURS,
    pattern: /\bAggregateRoot\b/,
    sample: ['src/budget/budget.ts', 'class Budget extends AggregateRoot {}'],
  },
  {
    name: 'events are not published in memory',
    where: OURS,
    pattern: /\b(EventBus|EventPublisher|EventsHandler|IEventHandler)\b/,
    sample: ['src/http/x.ts', 'constructor(private readonly bus: EventBus)'],
  },
  {
    name: 'process managers follow the store',
    where: OURS,
    pattern: /@Saga\b|\bSagas?\(/,
    sample: ['src/use-cases/cycles/x.ts', '@Saga() pay = 1'],
  },
  {
    name: 'a decider is synchronous and pure',
    where: /^src\/[a-z]+\/[a-z-]+\.(decider|state|report)\.ts$/,
    pattern:
      /\basync\b|\bawait\b|\bPromise\b|new Date\(|Date\.now|Math\.random|HttpException|@nestjs/,
    sample: ['src/budget/budget.decider.ts', 'async function decide()'],
  },
  {
    name: 'a rule is synchronous and pure',
    where: /^src\/.+\.rule\.ts$/,
    pattern:
      /\basync\b|\bawait\b|\bPromise\b|new Date\(|Date\.now|Math\.random|performance\.|\bprocess\.|\bcrypto\.|\bfetch\(|set(Timeout|Interval|Immediate)\(|import\(|HttpException|@nestjs/,
    sample: ['src/use-cases/cycles/payable.rule.ts', 'const now = Date.now();'],
  },
  {
    name: 'people are compared folded',
    where: /^src\/(?!kernel\/subject\.ts$)/,
    pattern:
      /\b(actor(\.id)?|by|subject) !?== (?!undefined|null|')|!?== (this\.#?)?([\w]+\??\.)*(actor(\.id)?|meta\.actor)\b|includes\(([\w]+\??\.)*actor(\.id)?\)/,
    sample: ['src/x/x.decider.ts', 'if (state.approver === context.actor.id)'],
  },
  {
    name: 'a projection is a pure fold',
    where: /\.projection\.ts$/,
    pattern: /\basync\b|\bawait\b|new Date\(|Date\.now|Math\.random|@nestjs/,
    sample: ['projections/audit/audit.projection.ts', 'await db.execute()'],
  },
  {
    name: 'money is no float',
    where: OURS,
    pattern: /\bparseFloat\(|[mM](inor|oney|ount)\w*[^\n;]*\.toFixed\(|[mM]inor\??: number\b/,
    sample: ['src/payment/x.ts', 'readonly amountMinor: number;'],
  },
  {
    name: 'no HTTP exception outside http',
    where: /^(src\/(?!http\/|main)|projections)/,
    pattern:
      /\b(HttpException|BadRequestException|ConflictException|NotFoundException|ForbiddenException)\b/,
    sample: ['src/payment/payment.http.ts', 'throw new BadRequestException()'],
  },
  {
    name: 'no folder for what has no name',
    where: ALL,
    pattern: /^/,
    sample: ['src/utils/money.ts', ''],
  },
  {
    name: 'nothing is called manager, helper or base service',
    where: OURS,
    pattern: /\bclass \w*(Manager|Helper|BaseService|Utils?)\b/,
    sample: ['src/http/x.ts', 'export class PaymentManager {'],
  },
  {
    name: 'no escape from types',
    where: ALL,
    pattern: new RegExp(
      `\\bas ${word('a', 'ny')}\\s*[;,)\\]}]|as ${word('unk', 'nown')} as|@ts-${word('ign', 'ore')}|@ts-${word('exp', 'ect')}|eslint-${word('dis', 'able')}`,
    ),
    sample: ['src/http/x.ts', `const x = y as ${word('a', 'ny')};`],
  },
  {
    name: 'no module is mocked and no test is left out',
    where: /^test\//,
    pattern: new RegExp(
      `jest\\.${word('mo', 'ck')}\\(|\\b(test|it|describe)\\.(${word('sk', 'ip')}|${word('on', 'ly')}|${word('to', 'do')})\\b`,
    ),
    sample: ['test/x.spec.ts', `test.${word('sk', 'ip')}('x')`],
  },
  {
    name: 'the configuration alone reads the environment',
    where: /^(src\/(?!composition\/config\.ts$)|projections\/|events\/)/,
    pattern: /\bprocess\.env\b|from '(node:)?process'/,
    sample: ['src/http/x.ts', "const port = process.env['SANAD_PORT'];"],
  },
  {
    // Benchmarks and tests fill a log without anybody who decides.
    name: 'the write side alone appends to the log',
    where: /^(src\/(?!write-side\/|adapters\/)|projections\/)/,
    pattern: /\.append(All)?\b/,
    sample: ['src/use-cases/x.ts', 'await store.append({ writes: [], receipt });'],
  },
  {
    name: 'nothing is put off',
    where: ALL,
    pattern: new RegExp(`\\b(${word('TO', 'DO')}|${word('FIX', 'ME')})\\b`),
    sample: ['src/http/x.ts', `// ${word('TO', 'DO')} later`],
  },
];
const NAMELESS = /(^|\/)(utils?|common|helpers?|interfaces|dto|impl|handlers)\/|\/index\.ts$/;

function smellsOf(path: string, text: string): string[] {
  return SMELLS.filter(
    ({ name, where, pattern }) =>
      where.test(path) &&
      (name === 'no folder for what has no name' ? NAMELESS.test(path) : pattern.test(text)),
  ).map(({ name }) => name);
}

const files = ['src', 'projections', 'events', 'stand-in', 'examples', 'test', 'bench'].flatMap(
  (folder) =>
    readdirSync(join(process.cwd(), folder), { recursive: true, encoding: 'utf8' })
      .filter(
        (file) => file.endsWith('.ts') && !file.includes('node_modules') && file !== 'generated.ts',
      )
      .map((file) => `${folder}/${file}`),
);

/** Parameters of the constructors of classes that Nest makes. */
function tooManyDependencies(text: string): string[] {
  return [
    ...text.matchAll(
      /@(?:Controller|Injectable|Module|Catch)\([\s\S]*?class (\w+)[^{]*\{([\s\S]*?)\n\}/g,
    ),
  ].flatMap(([, name, body]) => {
    const parameters = /\n {2}constructor\(([\s\S]*?)\n? *\) ?\{/.exec(body ?? '')?.[1] ?? '';
    return (parameters.match(/\b(private|public|protected|readonly)\b(?: readonly)? \w+:/g) ?? [])
      .length > 4
      ? [name!]
      : [];
  });
}

const PARTS = ['decider', 'commands', 'http'] as const;
type Part = (typeof PARTS)[number];

/** Features that are without a part, and why. */
const HAS_NO: Readonly<Record<string, { readonly parts: readonly Part[]; readonly why: string }>> =
  {
    automation: { parts: PARTS, why: 'nobody asks for it: it is what a process manager set aside' },
    statement: {
      parts: ['decider', 'http'],
      why: 'it is two streams, a message and its entries; its endpoints are of use-cases/statements',
    },
  };

const featuresOf = (among: readonly string[]): readonly string[] => [
  ...new Set(among.flatMap((file) => /^src\/([^/]+)\/[^/]+\.decider\.ts$/.exec(file)?.[1] ?? [])),
];
const partOf = (feature: string, part: Part): string => `src/${feature}/${feature}.${part}.ts`;

function misshapen(feature: string, among: readonly string[]): readonly string[] {
  const exempt = HAS_NO[feature]?.parts ?? [];
  const gone = PARTS.filter((part) => !exempt.includes(part))
    .map((part) => partOf(feature, part))
    .filter((file) => !among.includes(file));
  const odd = among
    .filter((file) => file.startsWith(`src/${feature}/`))
    .filter(
      (file) =>
        !/^src\/[a-z]+\/[a-z-]+(\.(decider|state|report|rule|commands|http))?\.ts$/.test(file),
    );
  return [
    ...gone.map((file) => `no ${file}`),
    ...odd.map((file) => `${file} is no part of a feature`),
  ];
}

describe('smells', () => {
  test.each(SMELLS.map((smell) => [smell.name, smell] as const))(
    '%s: is found where it is',
    (name, { sample: [path, text] }) => {
      expect(smellsOf(path, text)).toContain(name);
    },
  );

  test('none is in this repository', () => {
    const found = files.flatMap((file) =>
      smellsOf(file, readFileSync(join(process.cwd(), file), 'utf8')).map(
        (smell) => `${file}: ${smell}`,
      ),
    );
    expect(found).toEqual([]);
  });

  test('a class of Nest has at most four dependencies', () => {
    expect(
      tooManyDependencies(
        '@Injectable()\nexport class Busy {\n  constructor(private readonly a: A, private readonly b: B, private readonly c: C, private readonly d: D, private readonly e: E) {}\n}\n',
      ),
    ).toEqual(['Busy']);
    expect(
      files.flatMap((file) =>
        tooManyDependencies(readFileSync(join(process.cwd(), file), 'utf8')).map(
          (name) => `${file}: ${name}`,
        ),
      ),
    ).toEqual([]);
  });

  test('a feature is a decider, commands and HTTP', () => {
    const there = featuresOf(files);
    expect(there).toEqual(expect.arrayContaining(['budget', ...Object.keys(HAS_NO)]));
    expect(there.flatMap((feature) => misshapen(feature, files))).toEqual([]);
  });

  test('a new folder with a decider is a feature, named nowhere', () => {
    const grown = ['src/grievance/complaint.decider.ts', 'src/grievance/grievance.handlers.ts'];
    expect(featuresOf(grown)).toEqual(['grievance']);
    expect(misshapen('grievance', grown)).toEqual([
      'no src/grievance/grievance.decider.ts',
      'no src/grievance/grievance.commands.ts',
      'no src/grievance/grievance.http.ts',
      'src/grievance/grievance.handlers.ts is no part of a feature',
    ]);
  });

  test('what a feature is said to be without, it is without', () => {
    const found = Object.entries(HAS_NO).flatMap(([feature, { parts }]) =>
      parts.filter((part) => files.includes(partOf(feature, part))),
    );
    expect(found).toEqual([]);
  });

  test('a folder of src is a feature or stands in the layout of docs/architecture.md', () => {
    const layout = readFileSync(join(process.cwd(), 'docs/architecture.md'), 'utf8');
    const features = featuresOf(files);
    const folders = new Set(files.flatMap((file) => /^src\/([^/]+)\//.exec(file)?.[1] ?? []));
    expect(
      [...folders].filter(
        (folder) =>
          !features.includes(folder) && !layout.includes(`[src/${folder}](../src/${folder})`),
      ),
    ).toEqual([]);
  });
});
