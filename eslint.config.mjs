import tseslint from 'typescript-eslint';

const clock = [
  {
    selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
    message: 'Time comes from the clock port.',
  },
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'Time comes from the clock port.',
  },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Randomness comes in by the command or a seed.',
  },
];
const money = [
  {
    selector:
      "CallExpression[callee.property.name='toFixed'][callee.object.property.name=/[mM]inor|[aA]mount/]",
    message: 'Money is formatted by kernel/money.',
  },
  {
    selector: "CallExpression[callee.name='parseFloat']",
    message: 'Money and decimals are never floats.',
  },
];
const plain = [
  {
    selector:
      ':matches(CallExpression, ReturnStatement, MemberExpression, BinaryExpression) > AssignmentExpression',
    message: 'An assignment is a statement of its own.',
  },
  {
    selector: "VariableDeclarator[id.type='ArrayPattern'][init.type='ArrayExpression']",
    message: 'One variable a statement.',
  },
  {
    selector:
      "AssignmentExpression[left.type='ArrayPattern'][right.type='ArrayExpression'][right.elements.length>2]",
    message: 'One variable a statement; only two are swapped so.',
  },
  {
    selector: ':not(ExpressionStatement, ForStatement) > UpdateExpression',
    message: 'Counting is a statement of its own.',
  },
  {
    selector: 'ExpressionStatement > :matches(LogicalExpression, ConditionalExpression)',
    message: 'What is done under a condition stands under an if.',
  },
];
const choices = [
  {
    selector: 'ConditionalExpression ConditionalExpression',
    message: 'A choice within a choice, in an argument too: return early, or give it a name.',
  },
];
const casts = [
  {
    selector: 'TSAsExpression > TSNeverKeyword',
    message: 'A cast to never takes everything; say the type.',
  },
];
const tests = [
  {
    selector: "CallExpression[callee.object.name='jest'][callee.property.name='mock']",
    message: 'jest.mock does nothing under ESM; write a fake.',
  },
  {
    selector:
      'CallExpression[callee.property.name=/^(only|skip|todo)$/][callee.object.name=/^(test|it|describe)$/]',
    message: 'A test runs or is deleted.',
  },
  {
    selector:
      'CallExpression[callee.name=/^(test|it)$/] > :function > BlockStatement > IfStatement :matches(ReturnStatement[argument=null], IfStatement > ReturnStatement[argument=null])',
    message: 'What cannot be tested here says so: return leaveOut(what).',
  },
  {
    selector:
      "CallExpression[callee.property.name=/^(toBeTruthy|toBeDefined)$/] > MemberExpression > CallExpression[callee.name='expect'] > LogicalExpression[operator!='&&']",
    message: 'This holds whatever happens; servers are asked for by test/support/servers-here.ts.',
  },
  {
    selector: "CallExpression[callee.object.name='jest'][callee.property.name=/^(fn|spyOn)$/]",
    message: 'A test holds what comes out, not who called whom; write a fake.',
  },
  {
    selector: "CallExpression[callee.name='expect'][arguments.0.type='Literal']",
    message: 'A constant held against anything says nothing of the code.',
  },
];
const WAIT = 'A test waits for a condition: test/support/eventually.ts.';
const timedWaits = [
  { selector: "ImportDeclaration[source.value='node:timers/promises']", message: WAIT },
  { selector: "CallExpression[callee.name='setTimeout']", message: WAIT },
  {
    selector: "CallExpression[callee.object.name='AbortSignal'][callee.property.name='timeout']",
    message: WAIT,
  },
  {
    selector:
      'CallExpression[callee.property.name="now"][callee.object.name=/^(Date|performance)$/]',
    message: 'No test counts on a time: test/support/eventually.ts.',
  },
];

const SCREEN = 60;
/** What a call begins with: `test` of `test.each([...])(...)`. */
function rootOf(callee) {
  if (callee.type === 'MemberExpression') return rootOf(callee.object);
  return callee.type === 'CallExpression' ? rootOf(callee.callee) : callee.name;
}
/** Refuses a function that does not fit a screen and in which no test stands. */
const screens = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      long: `{{lines}} lines, and a screen has ${SCREEN}: make several tests of it, or name its parts.`,
    },
  },
  create(context) {
    // The file itself is one.
    const isList = [true];
    return {
      ':function'() {
        isList.push(false);
      },
      CallExpression({ callee }) {
        if (/^(it|test|describe)$/.test(rootOf(callee))) isList.splice(-1, 1, true);
      },
      ':function:exit'(node) {
        const lines = node.loc.end.line - node.loc.start.line + 1;
        const isLong = lines > SCREEN;
        if (!isList.pop() && isLong) context.report({ node, messageId: 'long', data: { lines } });
      },
    };
  },
};

/** What holds for every file that is written by hand. */
const everywhere = {
  eqeqeq: ['error', 'always'],
  'no-var': 'error',
  'prefer-const': 'error',
  'no-eval': 'error',
  'no-new-func': 'error',
  'no-debugger': 'error',
  'no-fallthrough': 'error',
  'no-unreachable': 'error',
  'no-self-compare': 'error',
  'no-template-curly-in-string': 'error',
  'no-constant-condition': ['error', { checkLoops: false }],
  'no-nested-ternary': 'error',
  'no-multi-assign': 'error',
  'no-sequences': ['error', { allowInParentheses: false }],
  'one-var': ['error', 'never'],
  'max-len': [
    'error',
    {
      code: 120,
      comments: 100,
      ignoreStrings: true,
      ignoreTemplateLiterals: true,
      ignoreRegExpLiterals: true,
      ignoreUrls: true,
      // Neither a row of a table in a comment can be broken nor a command line.
      ignorePattern: '^( \\* \\||//   npm )',
    },
  ],
  'max-statements-per-line': ['error', { max: 1 }],
  'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
  'max-params': ['error', 6],
};

// The reasons are in docs/style.md.
export default tseslint.config(
  {
    ignores: ['dist*/**', 'node_modules/**', 'bench/peers/**', 'events/generated.ts', '**/*.d.ts'],
  },
  {
    files: ['**/*.mjs'],
    linterOptions: { noInlineConfig: true },
    rules: {
      'no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      ...everywhere,
      'no-restricted-syntax': ['error', ...plain, ...choices],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        projectService: false,
        emitDecoratorMetadata: true,
        experimentalDecorators: true,
      },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    // Rules are not switched off in the code; where one does not fit, it says so here.
    linterOptions: { noInlineConfig: true },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { ignoreRestSiblings: true, argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        {
          fixStyle: 'separate-type-imports',
          disallowTypeAnnotations: false,
          prefer: 'type-imports',
        },
      ],
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-non-null-asserted-optional-chain': 'error',
      ...everywhere,
      'no-restricted-syntax': ['error', ...plain, ...choices, ...casts],
    },
  },
  {
    // With types: what is begun is awaited, or its failure is lost.
    files: [
      'src/**/*.ts',
      'events/**/*.ts',
      'projections/**/*.ts',
      'stand-in/**/*.ts',
      'examples/**/*.ts',
    ],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
    },
  },
  {
    files: ['src/**/*.ts', 'events/**/*.ts', 'projections/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...clock, ...money, ...plain, ...choices, ...casts],
    },
  },
  {
    // A function fits a screen.
    files: ['{src,projections,stand-in,bench,examples,test}/**/*.ts', '**/*.mjs'],
    ignores: ['test/**/*.{spec,contract,scenarios}.ts'],
    rules: {
      'max-lines-per-function': [
        'error',
        { max: SCREEN, skipBlankLines: false, skipComments: false },
      ],
    },
  },
  {
    // What a describe is given is a list of tests, and as long as it has to be.
    files: ['test/**/*.{spec,contract,scenarios}.ts'],
    plugins: { tests: { rules: { screens } } },
    rules: { 'tests/screens': 'error' },
  },
  // Tables are decided at run time; kysely's own way of saying so is any.
  {
    files: ['src/adapters/read-store/port.ts'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
  {
    files: ['src/adapters/**/*.ts'],
    rules: { 'no-restricted-syntax': ['error', ...money, ...plain, ...choices, ...casts] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        ...tests,
        ...timedWaits,
        ...money,
        ...plain,
        ...choices,
        ...casts,
      ],
    },
  },
  {
    files: ['test/support/eventually.ts', 'test/roles/demo.ts'],
    rules: {
      'no-restricted-syntax': ['error', ...tests, ...money, ...plain, ...choices, ...casts],
    },
  },
);
