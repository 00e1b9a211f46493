import type { LoadsTarget } from './target.js';

const BANK = [
  'src/adapters/payment-rail/iso20022/incoming',
  'src/use-cases/statements/bank-verdict.rule',
  'src/kernel/money',
];
const bankMessages = (family: 'pain002' | 'camt052' | 'camt053' | 'camt054'): LoadsTarget => ({
  covers: BANK,
  load: async () => (await import('./targets/bank-messages.js')).bankMessages(family),
});
const CEL = ['src/eligibility', 'src/kernel', '../node_modules/@marcbachmann/cel-js'];

/** Every parser and door that takes what others wrote. */
export const TARGETS: Readonly<Record<string, LoadsTarget>> = {
  pain002: bankMessages('pain002'),
  camt052: bankMessages('camt052'),
  camt053: bankMessages('camt053'),
  camt054: bankMessages('camt054'),
  households: {
    covers: ['src/tabular', 'src/kernel'],
    load: async () => (await import('./targets/households.js')).households,
  },
  mappings: {
    covers: ['src/tabular', 'src/kernel'],
    load: async () => (await import('./targets/mappings.js')).mappings,
  },
  expressions: {
    covers: CEL,
    // An expression may take 250,000 steps for each household that it is tried on.
    limits: { workBase: 1_000_000_000 },
    load: async () => (await import('./targets/policies.js')).expressions,
  },
  policies: {
    covers: CEL,
    limits: { workBase: 2_000_000_000 },
    load: async () => (await import('./targets/policies.js')).policies,
  },
  bodies: {
    covers: ['src/http', 'src/kernel', 'src/payment/outcome'],
    limits: { workPerByte: 10_000 },
    load: async () => (await import('./targets/json-bodies.js')).jsonBodies,
  },
  tokens: {
    covers: ['src/adapters/signer', 'src/kernel', '../node_modules/jose'],
    load: async () => (await import('./targets/tokens.js')).tokens,
  },
  arguments: {
    covers: ['src/cli', 'src/kernel'],
    load: async () => (await import('./targets/arguments.js')).commandArguments,
  },
  outcomes: {
    covers: ['src/use-cases/outcomes', 'src/payment', 'src/http', 'src/kernel'],
    load: async () => (await import('./targets/kafka.js')).outcomeMessages,
  },
  feed: {
    covers: ['src/messaging', 'src/kernel', 'events/registry', 'events/versions'],
    load: async () => (await import('./targets/kafka.js')).feedMessages,
  },
  govstack: {
    covers: [
      'src/use-cases/govstack',
      'src/adapters/payment-rail/govstack',
      'src/kernel',
      'src/http',
    ],
    load: async () => (await import('./targets/govstack.js')).govstackForms,
  },
};
